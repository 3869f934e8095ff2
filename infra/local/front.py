"""API Gateway on one machine: WSGI to REST proxy events, for the Chalice app of this process."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from chalice.app import CORSConfig, RouteEntry
from chalice.local import LocalChalice

from infra.local.account import ACCOUNT
from infra.local.context import LambdaContext

REQUEST_LIMIT = 10 * 1024 * 1024
RESPONSE_LIMIT = 6 * 1024 * 1024
"""Of Lambda, and so for the answer as JSON, with its body in base64 where it is binary."""
STAGE = "api"
DEFAULT_STATUS = {"MISSING_AUTHENTICATION_TOKEN": 403, "REQUEST_TOO_LARGE": 413, "DEFAULT_5XX": 502}

Environ = Mapping[str, Any]


@dataclass
class HttpAnswer:
    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


class Front:
    """`responses` are the RestAPI's GatewayResponses, `timeout` the API function's, in seconds."""

    def __init__(self, app: Any, responses: Mapping[str, Any], timeout: float = 29) -> None:
        # what `chalice local` does too: without it threads would share the current request
        app.__class__ = type("ThreadLocalChalice", (LocalChalice, app.__class__), {})
        self._app, self._responses, self._timeout = app, responses, timeout
        self._routes = sorted(
            ((_segments(resource), resource) for resource in app.routes),
            key=lambda route: [segment.startswith("{") for segment in route[0]],
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self._answer(environ)
        names = {name.lower() for name, _ in answer.headers}
        if "content-length" not in names:
            answer.headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {_reason(answer.status)}", answer.headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _answer(self, environ: Environ) -> HttpAnswer:
        if int(environ.get("CONTENT_LENGTH") or 0) > REQUEST_LIMIT:
            return self._own("REQUEST_TOO_LARGE")
        raw_path = environ["REQUEST_URI"].partition("?")[0]
        method = environ["REQUEST_METHOD"]
        resource, parameters = self._match(raw_path)
        entries: dict[str, RouteEntry] = self._app.routes[resource] if resource else {}
        if method not in entries:
            preflight = _preflight(entries, self._app.api.cors) if method == "OPTIONS" else None
            return preflight or self._own("MISSING_AUTHENTICATION_TOKEN")
        return self._invoke(self._event(environ, resource, parameters))

    def _match(self, raw_path: str) -> tuple[str, dict[str, str]]:
        """The resource and its decoded parameters; an empty resource when there is none."""
        given = _segments(raw_path)
        for segments, resource in self._routes:
            if len(segments) == len(given) and all(
                _fits(*pair) for pair in zip(segments, given, strict=True)
            ):
                pairs = zip(segments, given, strict=True)
                return resource, {s[1:-1]: unquote(g) for s, g in pairs if s.startswith("{")}
        return "", {}

    def _event(self, environ: Environ, resource: str, parameters: dict[str, str]) -> dict[str, Any]:
        headers = _headers(environ)
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True) or None
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        text, binary = self._encoded(body, headers.get("content-type", ""))
        path = unquote(environ["REQUEST_URI"].partition("?")[0])
        return {
            "resource": resource,
            "path": path,
            "httpMethod": environ["REQUEST_METHOD"],
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
            "multiValueQueryStringParameters": query,
            "pathParameters": parameters,
            "stageVariables": None,
            "requestContext": _request_context(environ, resource, path, headers),
            "body": text,
            "isBase64Encoded": binary,
        }

    def _encoded(self, body: bytes, content_type: str) -> tuple[str | None, bool]:
        kinds = {part.strip().lower() for part in content_type.split(";")}
        if body and ("*/*" in self._app.api.binary_types or kinds & set(self._app.api.binary_types)):
            return base64.b64encode(body).decode(), True
        return (body.decode("utf-8", "replace") or None), False

    def _invoke(self, event: dict[str, Any]) -> HttpAnswer:
        try:
            answer = self._app(event, LambdaContext("APIHandler", self._timeout))
            if len(json.dumps(answer)) > RESPONSE_LIMIT:
                raise ValueError("the answer is over Lambda's limit")
        except Exception:
            self._app.log.exception("%s %s", event["httpMethod"], event["path"])
            return self._own("DEFAULT_5XX")
        body = answer.get("body") or ""
        data = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = _answer_headers(answer)
        headers.append(("x-amzn-RequestId", event["requestContext"]["requestId"]))
        return HttpAnswer(answer["statusCode"], data, headers)

    def _own(self, name: str) -> HttpAnswer:
        """What API Gateway answers by itself."""
        response = self._responses.get(name, {})
        body = response.get("ResponseTemplates", {}).get("application/json", json.dumps({"message": name}))
        status = int(response.get("StatusCode", DEFAULT_STATUS[name]))
        return HttpAnswer(status, body.encode(), [("Content-Type", "application/json")])


def _segments(path: str) -> list[str]:
    """A trailing slash makes no difference."""
    return path.strip("/").split("/")


def _fits(segment: str, given: str) -> bool:
    return bool(given) if segment.startswith("{") else segment == unquote(given)


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"


def _headers(environ: Environ) -> dict[str, str]:
    names = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
    found = {names[key]: str(environ[key]) for key in names if environ.get(key)}
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            found[key.removeprefix("HTTP_").replace("_", "-").lower()] = value
    return found | {"x-forwarded-proto": "http", "x-forwarded-for": environ["REMOTE_ADDR"]}


def _request_context(environ: Environ, resource: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """As behind a custom domain: the stage is not a part of the path."""
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": headers.get("host", "").partition(":")[0],
        "httpMethod": environ["REQUEST_METHOD"],
        "identity": {"sourceIp": environ["REMOTE_ADDR"], "userAgent": headers.get("user-agent")},
        "path": path,
        "protocol": environ["SERVER_PROTOCOL"],
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourcePath": resource,
        "stage": STAGE,
    }


def _answer_headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    single = {k: [v] for k, v in (answer.get("headers") or {}).items()}
    every = {**single, **(answer.get("multiValueHeaders") or {})}
    found = [(name, str(value)) for name, values in every.items() for value in values]
    if "content-type" not in {name.lower() for name in every}:
        found.append(("Content-Type", "application/json"))
    return found


def _preflight(entries: Mapping[str, RouteEntry], default: Any) -> HttpAnswer | None:
    """The answer that Chalice's API definition gives to OPTIONS; None where no route allows it."""
    allowed = {method: entry.cors or default for method, entry in entries.items()}
    methods = [method for method, cors in allowed.items() if cors]
    if not methods:
        return None
    cors = allowed[methods[0]]
    config = cors if isinstance(cors, CORSConfig) else CORSConfig()
    headers = {
        **config.get_access_control_headers(),
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
    }
    return HttpAnswer(200, b"", list(headers.items()))
