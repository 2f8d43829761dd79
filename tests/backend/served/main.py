"""Start-up: bind, warm up, say the port, serve until standard input closes."""

import argparse
import os
import socket
import sys
import threading
import warnings

from . import environment

environment.prepare()

from moto.moto_server.werkzeug_app import MotoRequestHandler  # noqa: E402 - after the environment
from werkzeug.serving import make_server  # noqa: E402

from . import endpoints, fakes, files, moto_fixes  # noqa: E402,F401 - they register themselves
from .account import Accounts  # noqa: E402
from .app import App  # noqa: E402

SERVICES = (
    "ec2",
    "iam",
    "ssm",
    "sts",
    "logs",
    "s3",
    "sqs",
    "sns",
    "kms",
    "ecs",
    "events",
    "autoscaling",
    "route53",
    "route53resolver",
    "organizations",
)


class Handler(MotoRequestHandler):
    """HTTP/1.1, one connection for each call (werkzeug keeps none), no delay for small answers, no request log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_request(self, *_args):
        """Say nothing: the calls are recorded."""

    def connection_dropped(self, _error, _environ=None):
        """Say nothing, and end the connection: broken ones are part of the tests."""
        self.close_connection = True


def main():
    """Serve until standard input closes."""
    warnings.filterwarnings("ignore", module="moto.core.serialize")  # codes that the models do not list, as AWS sends them
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0: any free port")
    arguments.add_argument("--stay", action="store_true", help="do not end with standard input")
    wish = arguments.parse_args()
    listener = socket.create_server(("127.0.0.1", wish.port), backlog=256)
    app = App(Accounts())
    warm_up(app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler, fd=listener.fileno())
    server.daemon_threads = True
    if not wish.stay:
        threading.Thread(target=end_with_input, daemon=True).start()
    print(f"listening {listener.getsockname()[1]}", flush=True)
    server.serve_forever()


def warm_up(app):
    """Load the service models and moto's back ends now, so that the first test does not pay for it."""
    for service in SERVICES:
        with app.moto.lock:
            app.moto.app_instances[service] = app.moto.create_app(service)


def end_with_input():
    """Exit when whoever started this process is gone."""
    while sys.stdin.buffer.read(4096):
        pass
    files.remove()
    os._exit(0)
