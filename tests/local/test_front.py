"""API Gateway's part: events in, answers out, its limits and its own answers."""

from __future__ import annotations

import base64
import io
import json
import socket
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import unquote

import pytest
from chalice.app import Chalice, Response

from infra.local.front import Front
from infra.local.stack import LocalStack
from infra.local.worker import LambdaContext, run
from infra.local.workers import Answer
from tests.local.test_apply import DOCUMENT

RESPONSES = DOCUMENT["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]


def application() -> Chalice:
    app = Chalice(app_name="front", configure_logs=False)

    @app.route("/v1/echo/{name}", methods=["GET", "POST"], content_types=["*/*"])
    def echo(name: str) -> Any:
        request = app.current_request
        assert request is not None
        raw = request.raw_body
        assert isinstance(raw, bytes)
        return {"name": name, "raw": raw.decode("latin-1"), **request.to_original_event()}

    @app.route("/v1/echo/fixed")
    def fixed() -> str:
        return "fixed"

    @app.route("/bytes/{count}", methods=["GET", "HEAD"])
    def data(count: str) -> Response:
        headers: dict[str, str | list[str]] = {
            "Content-Type": "audio/mpeg",
            "Set-Cookie": ["a=1", "b=2"],
            "Content-Length": count,
        }
        head = app.current_request.method == "HEAD"  # type: ignore[union-attr]
        return Response(b"" if head else b"\xff" * int(count), headers)

    @app.route("/text/{count}")
    def text(count: str) -> Response:
        return Response("x" * int(count), {"Content-Type": "text/plain"}, 201)

    return app


@pytest.fixture
def app() -> Chalice:
    return application()


class Got:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status.split()[0]), headers, body

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        return json.loads(self.body)


def get(app: Chalice, uri: str, method: str = "GET", body: bytes = b"", **headers: str) -> Got:
    def invoke(event: bytes) -> Answer:
        return Answer(*run(app, event, LambdaContext("APIHandler", 29)))

    front = Front(app, RESPONSES, invoke)
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(uri.partition("?")[0]),
        "QUERY_STRING": uri.partition("?")[2],
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **headers,
    }
    started: list[Any] = []
    data = b"".join(front(environ, lambda *given: started.extend(given)))
    return Got(started[0], started[1], data)


def test_event_is_api_gateways(app: Chalice) -> None:
    got = get(app, "/v1/echo/a%20b/?x=1&x=2&empty=", HTTP_X_API_KEY="k", HTTP_HOST="127.0.0.1:8000").json()
    assert got["name"] == "a b"
    assert got["resource"] == "/v1/echo/{name}"
    assert got["pathParameters"] == {"name": "a b"}
    assert got["queryStringParameters"] == {"x": "2", "empty": ""}
    assert got["multiValueQueryStringParameters"] == {"x": ["1", "2"], "empty": [""]}
    assert got["headers"]["x-api-key"] == "k"
    assert got["multiValueHeaders"]["x-api-key"] == ["k"]
    assert got["headers"]["x-forwarded-proto"] == "http"
    context = got["requestContext"]
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert (context["stage"], context["domainName"]) == ("api", "127.0.0.1")
    assert context["path"] == got["path"]
    assert got["body"] is None


def test_query_is_null_when_there_is_none(app: Chalice) -> None:
    got = get(app, "/v1/echo/x").json()
    assert got["queryStringParameters"] is got["multiValueQueryStringParameters"] is None


def test_fixed_segments_win_over_parameters(app: Chalice) -> None:
    assert get(app, "/v1/echo/fixed").body == b"fixed"


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
@pytest.mark.parametrize("uri", ["/nope", "/v1/echo", "/v1/echo/", "/v1/echo/a/b", "/text/9"])
def test_no_such_route_or_method(app: Chalice, method: str, uri: str) -> None:
    if (method, uri) == ("GET", "/text/9"):
        return
    got = get(app, uri, method)
    assert got.status == 404
    assert got.json()["error"]["code"] == "NOT_FOUND"


def test_request_limit(app: Chalice) -> None:
    """Lambda's, which a body comes near to sooner if it is sent on as base64."""
    assert get(app, "/v1/echo/x", "POST", b"x" * 2_000_000).status == 200
    refused = get(app, "/v1/echo/x", "POST", b"x" * 6_300_000)
    assert refused.status == 413
    assert refused.json()["error"]["message"] == "The request body is over 4.5 MB: send it in parts"


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("/text/6000000", 201),
        ("/text/6300000", 503),
        ("/bytes/4500000", 200),
        ("/bytes/4800000", 503),
    ],
)
def test_answer_limit_counts_base64(app: Chalice, uri: str, status: int) -> None:
    app.api.binary_types = ["audio/mpeg"]
    got = get(app, uri, HTTP_ACCEPT="audio/mpeg")
    assert got.status == status
    if status == 503:
        assert got.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


def test_broken_handler_is_503(app: Chalice, caplog: pytest.LogCaptureFixture) -> None:
    app.api.binary_types = ["audio/mpeg"]

    @app.route("/broken")
    def broken() -> Response:
        return Response("not bytes", {"Content-Type": "audio/mpeg"})

    answer = get(app, "/broken", HTTP_ACCEPT="*/*")
    assert (answer.status, answer.header("Retry-After")) == (503, ["5"])
    assert "/broken" in caplog.text


@pytest.mark.parametrize(
    ("kinds", "content_type", "binary"),
    [
        (["*/*"], "application/json", True),
        (["*/*"], "", True),
        (["audio/mpeg"], "audio/mpeg; x=y", True),
        (["audio/mpeg"], "application/json", False),
    ],
)
def test_binary_request(app: Chalice, kinds: list[str], content_type: str, binary: bool) -> None:
    app.api.binary_types = kinds
    got = get(app, "/v1/echo/x", "POST", b"\xc3\xa9", CONTENT_TYPE=content_type, HTTP_ACCEPT="*/*").json()
    assert got["isBase64Encoded"] is binary
    assert got["body"] == (base64.b64encode(b"\xc3\xa9").decode() if binary else "é")
    assert got["raw"] == b"\xc3\xa9".decode("latin-1")


def test_binary_answer_and_repeated_headers(app: Chalice) -> None:
    app.api.binary_types = ["*/*"]
    got = get(app, "/bytes/3", HTTP_ACCEPT="*/*")
    assert got.body == b"\xff\xff\xff"
    assert got.header("Content-Type") == ["audio/mpeg"]
    assert got.header("Content-Length") == ["3"]
    assert got.header("Set-Cookie") == ["a=1", "b=2"]
    assert len(got.header("x-amzn-RequestId")) == 1


def test_head_keeps_the_length_it_was_given(app: Chalice) -> None:
    app.api.binary_types = ["*/*"]
    got = get(app, "/bytes/123456", "HEAD", HTTP_ACCEPT="*/*")
    assert (got.body, got.header("Content-Length")) == (b"", ["123456"])


def request(stack: LocalStack, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
    connection = HTTPConnection(stack.url.removeprefix("http://"))
    connection.request(method, path, body, {"Accept": "*/*", **headers}, encode_chunked=True)
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def body(answer: HTTPResponse) -> Any:
    return json.loads(answer.body)  # type: ignore[attr-defined]


def test_served_for_real(stack: LocalStack) -> None:
    assert body(request(stack, "GET", "/health/")) == {"ok": True}
    unknown = request(stack, "GET", "/nope")
    assert (unknown.status, body(unknown)["error"]["code"]) == (404, "NOT_FOUND")
    head = request(stack, "HEAD", "/echo/x")
    assert (head.status, head.body) == (200, b"")  # type: ignore[attr-defined]


def test_chunked_body_arrives_whole(stack: LocalStack) -> None:
    answer = request(stack, "POST", "/echo/x", iter([b"one", b"two"]), **{"Transfer-Encoding": "chunked"})
    assert body(answer)["event"]["body"] == "onetwo"


def test_too_large_a_body_is_refused_in_the_envelope(stack: LocalStack) -> None:
    answer = request(stack, "POST", "/echo/x", b"x" * (11 * 1024 * 1024))
    assert (answer.status, body(answer)["error"]["code"]) == (413, "INVALID_REQUEST")


def test_worker_of_the_api_that_dies_is_replaced(stack: LocalStack) -> None:
    died = request(stack, "POST", "/echo/die")
    assert (died.status, body(died)["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    for _ in range(3):
        assert body(request(stack, "GET", "/health")) == {"ok": True}


def test_taken_port_is_named(stack: LocalStack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"), LocalStack(port=port):
            pass
