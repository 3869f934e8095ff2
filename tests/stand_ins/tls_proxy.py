"""A proxy on loopback behind which YouTube is a stand-in: CONNECT, and TLS with a CA made for the test.

with TlsProxy(Site(videos)) as proxy:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proxy.ca))   # requests
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.ca))        # yt-dlp with compat_opts={"no-certifi"}
    ... proxy.address("user", "password") ...
"""

from __future__ import annotations

import base64
import contextlib
import selectors
import socket
import ssl
import tempfile
from pathlib import Path
from typing import Self

import trustme

from tests.stand_ins.loopback import Handler, Loopback
from tests.stand_ins.youtube import Site, YouTube

HOSTS = ("youtube.com", "*.youtube.com", "i.ytimg.com")


class TlsProxy(Loopback):
    """`connects`: target and credentials (`user:password` or empty) of each CONNECT, in order."""

    def __init__(self, site: Site, *, hosts: tuple[str, ...] = HOSTS) -> None:
        super().__init__(_ProxyHandler)
        self.site = site
        self.connects: list[tuple[str, str]] = []
        self.refuse: int | None = None
        """Status that every CONNECT gets, e.g. 407."""
        self.drips = False
        """Whether the answer to CONNECT never ends."""
        authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*hosts).configure_cert(context)
        self.behind = YouTube(site=site, tls=context)
        self._folder = tempfile.TemporaryDirectory()
        self.ca = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))

    def address(self, user: str = "", password: str = "") -> str:
        login = f"{user}:{password}@" if user else ""
        return f"http://{login}127.0.0.1:{self.port}"

    def start(self) -> Self:
        self.behind.start()
        return super().start()

    def stop(self) -> None:
        self.behind.stop()
        super().stop()
        self._folder.cleanup()


class _ProxyHandler(Handler):
    owner: TlsProxy

    def do_CONNECT(self) -> None:
        scheme, _, credentials = self.headers.get("Proxy-Authorization", "").partition(" ")
        login = base64.b64decode(credentials).decode() if scheme == "Basic" else ""
        self.owner.connects.append((self.path, login))
        self.close_connection = True
        if self.owner.refuse:
            self.answer(self.owner.refuse)
            return
        if self.owner.drips:
            self.drip(b"HTTP/1.1 200 Connection established\r\nX-Long: ")
            return
        with socket.create_connection(("127.0.0.1", self.owner.behind.port)) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with contextlib.suppress(OSError):  # either side may be gone at any moment
                _join(self.connection, behind)


def _join(left: socket.socket, right: socket.socket) -> None:
    """Carries bytes both ways until one side ends."""
    left.settimeout(None)
    with selectors.DefaultSelector() as ready:
        ready.register(left, selectors.EVENT_READ, right)
        ready.register(right, selectors.EVENT_READ, left)
        while True:
            for key, _ in ready.select():
                data = left.recv(65536) if key.fileobj is left else right.recv(65536)
                if not data:
                    return
                key.data.sendall(data)
