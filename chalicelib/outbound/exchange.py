"""One HTTP request and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse

from chalicelib.errors import OutboundError
from chalicelib.outbound.dial import dial
from chalicelib.outbound.patience import Patience, PatientSocket
from chalicelib.outbound.urls import Target

FRAMING_BYTES = 1 << 18
"""The most that may arrive beside a body: status lines, headers, chunk sizes, trailers."""
_ALWAYS = {"User-Agent": "Batchreel", "Accept-Encoding": "identity", "Connection": "close"}


class Exchange:
    """One request and its answer over one connection of its own. Close it."""

    def __init__(self, target: Target, patience: Patience, *, https_only: bool = False) -> None:
        self._target = target
        self._sock = dial(target, patience, https_only=https_only)
        self._connection = HTTPConnection(target.host, target.port)
        self._connection.default_port = {"http": 80, "https": 443}[target.scheme]
        self._stream = PatientSocket(self._sock, patience)
        self._connection.sock = self._stream

    def send(self, method: str, headers: Mapping[str, str], body: bytes | None = None) -> HTTPResponse:
        """Raises OutboundError (retryable) if no well-formed answer comes."""
        own = {name.lower() for name in headers}
        sent = {name: value for name, value in _ALWAYS.items() if name.lower() not in own} | dict(headers)
        self.expect(0)
        with translated():
            self._connection.request(method, self._target.path, body, sent)
            return self._connection.getresponse()

    def expect(self, size: int) -> None:
        """Call before `size` bytes of a body are read."""
        self._stream.allow(size + FRAMING_BYTES)

    def close(self) -> None:
        self._sock.close()


class translated:  # noqa: N801 reads as a clause: `with translated(): ...`
    """What sockets and http.client raise, as OutboundError."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise OutboundError("The host broke the connection.", retryable=True) from error
        if isinstance(error, HTTPException):
            raise OutboundError("The host did not answer in proper HTTP.", retryable=True) from error
