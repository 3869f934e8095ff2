"""HTTP requests over one connection, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Self

from chalicelib.errors import OutboundError
from chalicelib.outbound.dial import SocketAddress, dial
from chalicelib.outbound.patience import Patience, PatientSocket
from chalicelib.outbound.urls import Target

FRAMING_BYTES = 1 << 18
"""The most that may arrive beside a body: status lines, headers, chunk sizes, trailers."""
_ALWAYS = {"User-Agent": "Batchreel", "Accept-Encoding": "identity", "Connection": "close"}


class Exchange:
    """One request and its answer, or one after the other, over one connection of its own. Close it."""

    def __init__(
        self,
        target: Target,
        patience: Patience,
        address: SocketAddress | None = None,
        *,
        https_only: bool = False,
    ) -> None:
        """`address`: as in `dial`."""
        self.patience = patience
        self.sent: Mapping[str, str] = {}
        """Headers of the last request, without those that every request has."""
        self._target = target
        self._sock, self._address = dial(target, patience, address, https_only=https_only)
        self._connection = HTTPConnection(target.host, target.port)
        self._connection.auto_open = 0  # it would look the name up and check nothing
        self._connection.default_port = {"http": 80, "https": 443}[target.scheme]
        self._stream = PatientSocket(self._sock, patience)
        self._connection.sock = self._stream
        self._response: HTTPResponse | None = None

    def another(self, patience: Patience) -> Self:
        """A second connection to the very address of this one, so that no name is looked up again."""
        return type(self)(self._target, patience, self._address)

    def send(self, method: str, headers: Mapping[str, str], body: bytes | None = None) -> HTTPResponse:
        """Raises OutboundError (retryable) if no well-formed answer comes."""
        if self._response:
            self._response.close()
        self.sent = headers
        own = {name.lower() for name in headers}
        sent = {name: value for name, value in _ALWAYS.items() if name.lower() not in own} | dict(headers)
        self.expect(0)
        with translated():
            self._connection.request(method, self._target.path, body, sent)
            self._response = self._connection.getresponse()
        return self._response

    @property
    def kept(self) -> bool:
        """Whether the host means to take another request. It may have changed its mind since."""
        return self._response is not None and not self._response.will_close

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
