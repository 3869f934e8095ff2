"""API Gateway on one machine: HTTP to REST proxy events and back."""

from __future__ import annotations

import base64
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Chalice
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from infra.local.account import ACCOUNT
from infra.local.workers import Answer

log = logging.getLogger(__name__)

PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Of Lambda, and so for event and answer as JSON, with their bodies in base64 where they are binary."""


class _Json(Response):
    default_mimetype = "application/json"


class Front:
    """WSGI. `responses` are the RestAPI's GatewayResponses; `invoke` runs the API function."""

    def __init__(self, app: Chalice, responses: Mapping[str, Any], invoke: Callable[[bytes], Answer]) -> None:
        self._routes, self._binary_types = app.routes, set(app.api.binary_types)
        self._responses, self._invoke = responses, invoke
        rules = [Rule(path.replace("{", "<").replace("}", ">"), endpoint=path) for path in app.routes]
        self._map = Map(rules, merge_slashes=False).bind("")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        body = request.get_data()
        try:
            resource, parameters = self._map.match(request.path.rstrip("/"))
        except NotFound:
            resource, parameters = "", {}
        if request.method not in self._routes.get(resource, ()):
            return self._own("MISSING_AUTHENTICATION_TOKEN")
        event = self._event(request, body, resource, parameters)
        payload = json.dumps(event).encode()
        if len(payload) > PAYLOAD_LIMIT:
            return self._own("REQUEST_TOO_LARGE")
        answer = self._invoke(payload)
        if answer.error or len(answer.payload) > PAYLOAD_LIMIT:
            log.error("%s %s failed: %.1000s", request.method, request.path, answer.payload)
            return self._own("DEFAULT_5XX")
        response = _response(json.loads(answer.payload))
        response.headers["x-amzn-RequestId"] = event["requestContext"]["requestId"]
        return response

    def _event(
        self, request: Request, body: bytes, resource: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        headers |= {"x-forwarded-proto": "http", "x-forwarded-for": str(request.remote_addr)}
        query = request.args.to_dict(flat=False) or None
        binary = bool(body) and bool({"*/*", request.mimetype} & self._binary_types)
        text = base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")
        return {
            "resource": resource,
            "path": request.path,
            "httpMethod": request.method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
            "multiValueQueryStringParameters": query,
            "pathParameters": dict(parameters),
            "stageVariables": None,
            "requestContext": _request_context(request, resource),
            "body": text or None,
            "isBase64Encoded": binary,
        }

    def _own(self, name: str) -> Response:
        """What API Gateway answers by itself."""
        response = self._responses[name]
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        plain = {name: text.strip("'") for name, text in headers.items()}
        return _Json(response["ResponseTemplates"]["application/json"], response["StatusCode"], plain)


def _request_context(request: Request, resource: str) -> dict[str, Any]:
    """As behind a custom domain: the stage is not a part of the path."""
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": request.host.partition(":")[0],
        "httpMethod": request.method,
        "identity": {"sourceIp": request.remote_addr, "userAgent": request.headers.get("User-Agent")},
        "path": request.path,
        "protocol": request.environ["SERVER_PROTOCOL"],
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourcePath": resource,
        "stage": "api",
    }


def _response(answer: Mapping[str, Any]) -> Response:
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    single = {name: [value] for name, value in (answer.get("headers") or {}).items()}
    headers = {**single, **(answer.get("multiValueHeaders") or {})}
    pairs = [(name, str(value)) for name, values in headers.items() for value in values]
    return _Json([data], answer["statusCode"], pairs)
