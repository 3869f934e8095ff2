"""yt-dlp's way out: every request that it makes for a caller's URL goes through chalicelib.outbound.

Imports yt_dlp, so it is imported only by what is itself imported when used.
"""

from __future__ import annotations

import email.message
import io
import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from urllib3.util import Retry
from yt_dlp.networking._requests import RequestsHTTPAdapter, RequestsRH
from yt_dlp.networking.common import Request, RequestHandler, Response
from yt_dlp.networking.exceptions import HTTPError, TransportError

from chalicelib.errors import OutboundError
from chalicelib.outbound.request import Reply, request
from chalicelib.settings import settings
from chalicelib.sites.bounded import BoundedAdapter, Limits

MAX_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_FOR_ITS_ORIGIN = {"authorization", "cookie"}


@dataclass(frozen=True)
class _Hop:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    def followed(self, status: int, where: str) -> _Hop:
        """The request that a redirect asks for. A form that was sent once is not sent on to a page."""
        # headers arrive as Latin-1; hosts that do not percent-encode send UTF-8
        there = where.encode("latin-1", "replace").decode("utf-8", "replace")
        url = urljoin(self.url, there.replace(" ", "%20"))
        headers = dict(self.headers)
        if _origin(url) != _origin(self.url):
            headers = {name: value for name, value in headers.items() if name.lower() not in _FOR_ITS_ORIGIN}
        if status in (307, 308) or self.method in ("GET", "HEAD"):
            return _Hop(self.method, url, headers, self.body)
        headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
        return _Hop("GET", url, headers, None)


class GuardedRH(RequestHandler):  # type: ignore[misc]  # yt-dlp has no types
    """Knows http and https alone: no files, no FTP, no data URLs, no websockets, no proxies."""

    _SUPPORTED_URL_SCHEMES = ("http", "https")
    _SUPPORTED_PROXY_SCHEMES = ()

    def __init__(self, *, limits: Limits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits

    def _check_extensions(self, extensions: dict[str, Any]) -> None:
        super()._check_extensions(extensions)
        for name in ("cookiejar", "timeout", "legacy_ssl", "keep_header_casing"):
            extensions.pop(name, None)

    def _send(self, request: Request) -> Response:
        hop = _Hop(request.method, request.url, self._get_headers(request), _body(request.data))
        jar = self._get_cookiejar(request)
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._ask(hop, jar)
            where = reply.header("Location")
            if reply.status not in _REDIRECTS or not where:
                return _answer(hop.url, reply)
            try:
                hop = hop.followed(reply.status, where)
            except ValueError as error:
                raise TransportError("redirect to a URL that is not well formed", cause=error) from error
        raise HTTPError(_response(hop.url, reply), redirect_loop=True)

    def _ask(self, hop: _Hop, jar: Any) -> Reply:
        cookies = jar.get_cookie_header(hop.url)
        headers = dict(hop.headers) | ({"Cookie": cookies} if cookies else {})
        try:
            reply = self._exchange(hop, headers)
        except OutboundError as error:
            raise TransportError(cause=error) from error
        jar.extract_cookies(_Headers(reply), urllib.request.Request(hop.url))  # noqa: S310 never opened
        return reply

    def _exchange(self, hop: _Hop, headers: Mapping[str, str]) -> Reply:
        return request(
            hop.method,
            hop.url,
            headers=headers,
            body=hop.body,
            max_bytes=self._limits.max_bytes,
            deadline=self._deadline(),
            tick=self._limits.tick,
        )

    def _deadline(self) -> float:
        return self._limits.deadline


class ProxyRH(RequestsRH):  # type: ignore[misc]  # yt-dlp has no types
    """yt-dlp's own, which reads answers as they come and knows proxies. For YouTube alone: it is not guarded.
    Trusts the machine's own authorities too, as the guard does."""

    def _make_sslcontext(self, *args: Any, **options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = super()._make_sslcontext(*args, **options)
        context.load_default_certs()
        return context


class StandInRH(GuardedRH):
    """Sends what is meant for YouTube to a stand-in on loopback (BATCHREEL_YOUTUBE_BASE_URL)."""

    def __init__(self, *, base: str, **options: Any) -> None:
        super().__init__(**options)
        self._base = base

    def _exchange(self, hop: _Hop, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(hop.url)
        if not f".{parts.hostname}".endswith(".youtube.com"):
            raise OutboundError("Only YouTube has a stand-in.", retryable=False)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        there = _Hop(hop.method, self._base + path, hop.headers, hop.body)
        return super()._exchange(there, dict(headers) | {"Host": parts.netloc})

    def _deadline(self) -> float:
        return min(super()._deadline(), time.monotonic() + settings().youtube_timeout)


class _YtDlpAdapter(BoundedAdapter, RequestsHTTPAdapter):  # type: ignore[misc]  # yt-dlp has no types
    """What makes yt-dlp's sessions, within limits."""


class BoundedRH(ProxyRH):
    """The same within limits, each answer read whole."""

    def __init__(self, *, limits: Limits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits

    def _create_instance(self, cookiejar: Any, legacy_ssl_support: bool | None = None) -> Any:
        session = super()._create_instance(cookiejar, legacy_ssl_support)
        context = self._make_sslcontext(legacy_ssl_support=legacy_ssl_support)
        adapter = _YtDlpAdapter(self._limits, ssl_context=context, max_retries=Retry(False))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class _Headers:
    """What a cookie jar asks of an answer."""

    def __init__(self, reply: Reply) -> None:
        self._message = email.message.Message()
        for name, value in reply.headers:
            self._message.add_header(name, value)

    def info(self) -> email.message.Message:
        return self._message


def _answer(url: str, reply: Reply) -> Response:
    response = _response(url, reply)
    if not 200 <= reply.status < 300:
        raise HTTPError(response)
    return response


def _response(url: str, reply: Reply) -> Response:
    return Response(
        io.BytesIO(reply.body), url, _Headers(reply).info(), status=reply.status, reason=reply.reason
    )


def _body(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    return data.read() if hasattr(data, "read") else b"".join(data)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
