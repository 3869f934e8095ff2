"""A web host that serves files of one folder, well or badly, and a receiver of webhooks.

The first part of a WebServer path says how the rest is served:

    /plain/<file>      as a good server does: Content-Length, Range, HEAD
    /no-range/<file>   Content-Length, but Range is ignored
    /chunked/<file>    no Content-Length, no Range
    /truncated/<file>  promises the whole file, hangs up after half of it
    /stall/<file>      half of the file, then silence for as long as the client stays
    /drip/<file>       one byte every 20 ms
    /drip-head/<file>  as good, with one byte of the head every 20 ms
    /forever/<file>    the file in chunks, again and again
    /more/<file>       the file twice, of the length of one
    /nonsense/<file>   chunks that do not say how long they are
    /endless/<file>    `100 Continue` for ever
    /trailers/<file>   the file in chunks, then trailers for ever
    /gated/<file>      half of the file, the rest when `server.gate` is set
    /encoded/<file>    as good, but named with `?<header>=<value>`
    /status/<number>   that status (`?after=<n>`: Retry-After)
    /redirect?to=<url> a redirect (`&status=307`: that kind of it)
    /text?body=<text>  that text (`&type=text/html`: of that type)
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.stand_ins.loopback import Handler, Loopback
from tests.waiting import GENEROUS_SECONDS


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """With the query string."""
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = b""


class WebServer(Loopback):
    """Serves the files below `root`. `log` holds every request in order."""

    def __init__(self, root: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_WebHandler, host=host, port=port)
        self.root = root.resolve()
        self.log: list[Request] = []
        self.gate = threading.Event()

    def paths(self) -> list[str]:
        return [request.path for request in self.log]


class _WebHandler(Handler):
    owner: WebServer

    def do_GET(self) -> None:
        self.owner.log.append(_request(self))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        mode, _, rest = unquote(parts.path).lstrip("/").partition("/")
        special = {
            "status": self._status,
            "redirect": self._redirect,
            "text": self._text,
            "encoded": self._encoded,
        }
        if mode in special:
            special[mode](rest, query)
        else:
            self._file(mode, self.owner.root / rest)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.read_body()
        self.do_GET()

    def _status(self, rest: str, query: dict[str, str]) -> None:
        self.answer(int(rest), b"as asked", {"Retry-After": query["after"]} if "after" in query else {})

    def _redirect(self, _: str, query: dict[str, str]) -> None:
        self.answer(int(query.get("status", "302")), b"", {"Location": query["to"]})

    def _text(self, _: str, query: dict[str, str]) -> None:
        self.answer(200, query.get("body", "").encode(), {"Content-Type": query.get("type", "text/plain")})

    def _encoded(self, rest: str, query: dict[str, str]) -> None:
        self.close_connection = True
        self.answer(200, (self.owner.root / rest).read_bytes(), _MEDIA | query)

    def _file(self, mode: str, path: Path) -> None:
        serve: dict[str, Callable[[bytes], None]] = {
            "plain": self._plain,
            "no-range": lambda data: self.answer(200, data, _MEDIA),
            "chunked": self._chunked,
            "truncated": lambda data: self._half(data, lambda: None),
            "stall": lambda data: self._half(data, self._wait_for_end),
            "gated": lambda data: self._half(data, self._wait_for_gate, rest=True),
            "drip": self._drip,
            "drip-head": self._drip_head,
            "forever": self._forever,
            "more": self._more,
            "nonsense": lambda _: self._chunked(b"", end=b"length\r\n"),
            "endless": lambda _: self._repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
            "trailers": self._trailers,
        }
        if mode not in serve or not path.is_file() or not path.resolve().is_relative_to(self.owner.root):
            self.answer(404, b"no such file")
            return
        serve[mode](path.read_bytes())

    def _plain(self, data: bytes) -> None:
        headers = _MEDIA | {"Accept-Ranges": "bytes"}
        asked = self.headers.get("Range", "")
        if not asked.startswith("bytes="):
            self.answer(200, data, headers)
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last) if first and last else len(data) - 1, len(data) - 1)
        if start > end:
            self.answer(416, b"", headers | {"Content-Range": f"bytes */{len(data)}"})
            return
        self.answer(
            206, data[start : end + 1], headers | {"Content-Range": f"bytes {start}-{end}/{len(data)}"}
        )

    def _chunked(self, data: bytes, end: bytes = b"0\r\n\r\n") -> None:
        self._head({"Transfer-Encoding": "chunked"})
        for at in range(0, len(data), 65536):
            piece = data[at : at + 65536]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(end)

    def _half(self, data: bytes, then: Callable[[], None], *, rest: bool = False) -> None:
        self._head({"Content-Length": str(len(data))})
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        then()
        if rest:
            self.wfile.write(data[len(data) // 2 :])

    def _trailers(self, data: bytes) -> None:
        self._chunked(data, end=b"0\r\n")
        self._repeat(b"X: y\r\n")

    def _forever(self, data: bytes) -> None:
        self._chunked(data, end=b"")
        while not self.owner.stopping.is_set():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _more(self, data: bytes) -> None:
        self._head({"Content-Length": str(len(data))})
        self.wfile.write(data * 2)

    def _repeat(self, line: bytes) -> None:
        while not self.owner.stopping.is_set():
            self.wfile.write(line * 1000)

    def _drip(self, data: bytes) -> None:
        self._head({"Content-Length": str(len(data))})
        self._one_by_one(data)

    def _drip_head(self, data: bytes) -> None:
        self.close_connection = True
        self._one_by_one(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data))
        self.wfile.write(data)

    def _one_by_one(self, data: bytes) -> None:
        for byte in data:
            self.wfile.write(bytes((byte,)))
            if self.owner.stopping.wait(0.02):
                return

    def _head(self, headers: dict[str, str]) -> None:
        self.close_connection = True
        self.send_response(200)
        for name, value in (_MEDIA | headers | {"Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()

    def _wait_for_end(self) -> None:
        self.owner.stopping.wait()

    def _wait_for_gate(self) -> None:
        while not self.owner.gate.wait(0.02) and not self.owner.stopping.is_set():
            pass


_MEDIA = {"Content-Type": "video/mp4"}


@dataclass(frozen=True)
class Reply:
    """What a Receiver says to one call. `drip`: the body goes out one byte every 20 ms."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    after: threading.Event | None = None
    """Answer only when this is set."""
    drip: bool = False


class Receiver(Loopback):
    """Takes webhooks. Each path has its list of answers; when that is used up, 200."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(_ReceiverHandler, host=host, port=port, tls=tls)
        self.calls: list[Request] = []
        self._answers: dict[str, list[Reply]] = {}
        self._changed = threading.Condition()

    def program(self, path: str, *answers: Reply | int) -> str:
        """The next answers at `path` (a number is a status). Returns the URL of `path`."""
        wanted = [Reply(status=a) if isinstance(a, int) else a for a in answers]
        with self._changed:
            self._answers.setdefault(path, []).extend(wanted)
        return self.url(path)

    def calls_to(self, path: str) -> list[Request]:
        with self._changed:
            return [call for call in self.calls if urlsplit(call.path).path == path]

    def wait_for(
        self, count: int, path: str | None = None, *, timeout: float = GENEROUS_SECONDS
    ) -> list[Request]:
        """The calls (to `path`) as soon as there are `count`; TimeoutError after `timeout` seconds."""

        def found() -> list[Request]:
            return self.calls if path is None else self.calls_to(path)

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= count, timeout):
                raise TimeoutError(f"{len(found())} of {count} calls after {timeout} s")
            return list(found())

    def take(self, call: Request) -> Reply:
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
            waiting = self._answers.get(urlsplit(call.path).path)
            return waiting.pop(0) if waiting else Reply()


class _ReceiverHandler(Handler):
    owner: Receiver

    def do_POST(self) -> None:
        said = self.owner.take(_request(self, self.read_body()))
        while said.after and not said.after.wait(0.02) and not self.owner.stopping.is_set():
            pass
        if not said.drip:
            self.answer(said.status, said.body, dict(said.headers))
            return
        self.answer(said.status, b"", said.headers | {"Content-Length": str(len(said.body))})
        for byte in said.body:
            self.wfile.write(bytes((byte,)))
            if self.owner.stopping.wait(0.02):
                return

    def do_GET(self) -> None:
        self.do_POST()


def _request(handler: Handler, body: bytes = b"") -> Request:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    return Request(handler.command, handler.path, headers, body)
