"""boto clients whose requests go straight into the application, without a socket, in the account of the thread's choice."""

import io
import threading

import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from moto.core.request import Request

_SESSION = botocore.session.Session()
_LOCK = threading.Lock()
_CLIENTS = {}
_NOW = threading.local()


class _Raw(io.BytesIO):
    def stream(self, **_kwargs):
        """What botocore reads a body with."""
        yield self.read()


def call(app, account_id, region, service, operation, values):
    """Do one call as the account and return its answer as boto prints it, without the metadata."""
    client = _client(service, region)
    _NOW.app, _NOW.account_id = app, account_id
    answer = getattr(client, botocore.xform_name(operation))(**values)
    answer.pop("ResponseMetadata", None)
    return answer


def _client(service, region):
    with _LOCK:
        if (service, region) not in _CLIENTS:
            config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}, parameter_validation=True)
            client = _SESSION.create_client(service, region, config=config, endpoint_url="http://127.0.0.1")
            signing_name = client.meta.service_model.signing_name
            client.meta.events.register("before-send", lambda request, **_: _send(request, region, signing_name))
            _CLIENTS[service, region] = client
        return _CLIENTS[service, region]


def _send(request, region, signing_name):
    key = f"AKIA{_NOW.account_id}SEED"
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{signing_name}/aws4_request, SignedHeaders=host, Signature=0"
    )
    environ = Request.from_primitives(request.method, request.url, request.headers, request.body).environ
    environ["served.seeding"] = True
    got = {}
    body = b"".join(_NOW.app(environ, lambda status, headers: got.update(status=status, headers=headers)))
    return AWSResponse(request.url, int(got["status"].split()[0]), dict(got["headers"]), _Raw(body))
