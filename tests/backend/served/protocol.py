"""Requests and answers in each service's own wire format, by the service models that botocore ships and moto loads.

Everything else in this package speaks the shapes that boto3 and the AWS CLI print (`{"Reservations": [...]}`); only this
module knows about XML, JSON and headers.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qs

import botocore.parsers
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

SIGNED = re.compile(r"Credential=([^/\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")

# Signing names that differ from the name of the service model.
MODEL_OF = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}


class Fault(ServiceException):
    """An error answer: code, message and, when it is not the one of the model, the HTTP status."""

    def __init__(self, code, message, status=None):
        super().__init__(code, message)
        self.status = status


class Call:
    """One request: who asks which service for what."""

    def __init__(self, environ, body):
        self.environ = environ
        self.body = body
        match = SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
        self.key, self.region, self.signing_name = match.groups() if match else ("", "us-east-1", "s3")
        self.service = MODEL_OF.get(self.signing_name, self.signing_name)
        self.model = _model(self.service)
        self.operation, self._path_values = self._identify()
        self._input = None

    def _identify(self):
        target = self.environ.get("HTTP_X_AMZ_TARGET")
        if target:
            return target.rsplit(".", 1)[-1], {}
        if self.model is None:
            return f"{self.environ['REQUEST_METHOD']} {self.environ['PATH_INFO']}", {}
        if self.model.protocol in ("ec2", "query"):
            query = self.body.decode("utf-8", "replace") or self.environ.get("QUERY_STRING", "")
            return parse_qs(query).get("Action", [""])[0], {}
        try:
            operation, values = get_service_router(self.service).match(self.request())
            return operation.name, values
        except NotFound:
            return f"{self.environ['REQUEST_METHOD']} {self.environ['PATH_INFO']}", {}

    def request(self):
        """A fresh request object; the body can be read from each one."""
        return Request(with_body(self.environ, self.body))

    @property
    def known(self):
        """Whether the service model has this operation."""
        return self.model is not None and self.operation in self.model.operation_names

    @property
    def input(self):
        """The parsed parameters, `{}` for an operation that no model knows."""
        if self._input is None:
            self._input = self._parse_input() if self.known else {}
        return self._input

    def _parse_input(self):
        request = self.request()
        protocol = self._protocol()
        parser = PROTOCOL_PARSERS[protocol](self.model.operation_model(self.operation))
        return (
            parser.parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": self._path_values,
                }
            )
            or {}
        )

    def _protocol(self):
        return determine_request_protocol(self.model, self.environ.get("CONTENT_TYPE", ""))

    def serialize(self, answer):
        """`(status, headers, body)` of an answer given as a dict, or of a `Fault`."""
        if self.model is None:
            return _plain_error(answer)
        operation = self.model.operation_model(self.operation) if self.known else OperationModel({}, self.model)
        serializer = get_serializer_class(self.service, self._protocol())(operation)
        made = serializer.serialize(answer)
        status = getattr(answer, "status", None) or made["status_code"]
        body = made["body"]
        return status, dict(made["headers"]), body.encode() if isinstance(body, str) else body

    def parse(self, status, headers, body):
        """An answer in wire format back into a dict; blobs and encoded texts stay as they are on the wire."""
        model = _botocore_model(self.service)
        parser = botocore.parsers.create_parser(model.metadata["protocol"])
        parsed = parser.parse(
            {"status_code": status, "headers": headers, "body": body},
            model.operation_model(self.operation).output_shape,
        )
        parsed.pop("ResponseMetadata", None)
        return parsed


def with_body(environ, body):
    """A copy of the WSGI environment whose input is `body` from its beginning."""
    import io

    return {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


@lru_cache(maxsize=None)
def _model(service):
    try:
        return get_service_model(service)
    except Exception:  # noqa: BLE001 - botocore raises one of several classes for a name it does not have
        return None


@lru_cache(maxsize=None)
def _botocore_model(service):
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def _plain_error(answer):
    import json

    fault = answer if isinstance(answer, Fault) else Fault("UnknownService", "no such service")
    body = json.dumps({"__type": fault.code, "message": fault.message}).encode()
    return fault.status or 400, {"Content-Type": "application/x-amz-json-1.1"}, body
