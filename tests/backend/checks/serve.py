"""The front as a child process, and boto3 clients for it."""

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

FRONT = Path(__file__).parent.parent / "front.py"


class Served:
    """Starts the front and ends it by closing its standard input."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, str(FRONT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline().split()[1])}"
        self._lock = threading.Lock()
        self._clients = {}
        self._session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x")
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()

    def client(self, service, account, region, suffix="TEST", tries=1):
        """A client in an account; made once for each key."""
        wish = (service, f"AKIA{account}{suffix}", region, tries)
        with self._lock:
            if wish not in self._clients:
                self._clients[wish] = self._session.client(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    aws_access_key_id=wish[1],
                    aws_secret_access_key="x",
                    config=Config(retries={"total_max_attempts": tries}, connect_timeout=5, read_timeout=5),
                )
            return self._clients[wish]

    def world(self, account, region, world, steps):
        """Seed a world and break it; the names of what is in it."""
        return self.post("world", {"account": account, "region": region, "world": world, "steps": steps})

    def post(self, path, body):
        """A control request."""
        return self._ask(urllib.request.Request(f"{self.url}/_test/{path}", json.dumps(body).encode()))

    def get(self, path):
        """A control question."""
        return self._ask(f"{self.url}/_test/{path}")

    @staticmethod
    def _ask(request):
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None
