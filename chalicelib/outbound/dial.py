"""From a name to a socket: look up once, check, connect to that very address."""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import threading
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from typing import Any

from chalicelib.errors import OutboundError
from chalicelib.outbound.addresses import is_blocked, is_exempt
from chalicelib.outbound.patience import Patience, polling
from chalicelib.outbound.urls import Target, check_port_and_scheme

DNS_SECONDS = 5.0
CONNECT_SECONDS = 10.0

SocketAddress = tuple[int, tuple[Any, ...]]
"""Family, and what connect() takes."""


def dial(
    target: Target, patience: Patience, address: SocketAddress | None = None, *, https_only: bool = False
) -> tuple[socket.socket, SocketAddress]:
    """A connected, non-blocking socket, under TLS for https, and the address it leads to.

    `address` is one that came from here: it is used again and no name is looked up. With `https_only`,
    plain http is for exempt networks alone. Raises OutboundError; it is not retryable if no address of the
    host may be used.
    """
    usable = [address] if address else _allowed(target, patience, https_only)
    sock, address = _connect(usable, patience)
    return (_tls(sock, target.host, patience) if target.scheme == "https" else sock), address


def _connect(usable: list[SocketAddress], patience: Patience) -> tuple[socket.socket, SocketAddress]:
    failure: OutboundError | None = None
    for family, address in usable:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            _open(sock, address, patience)
            return sock, (family, address)
        except OutboundError as error:
            failure = error
            sock.close()
        except BaseException:
            sock.close()
            raise
    raise failure or OutboundError("The host name has no address.", retryable=True)


def _open(sock: socket.socket, address: tuple[Any, ...], patience: Patience) -> None:
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code == errno.EINPROGRESS:
        patience.until(polling(sock, select.POLLOUT), CONNECT_SECONDS, "to accept a connection")
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OutboundError(f"The host cannot be reached: {os.strerror(code)}.", retryable=True)
    with suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _allowed(target: Target, patience: Patience, https_only: bool) -> list[SocketAddress]:
    """The addresses of the host that may be used. Raises OutboundError (not retryable) if there is none."""
    refusal: OutboundError | None = None
    allowed = []
    for family, address in _resolve(target, patience):
        try:
            _check(target, str(address[0]), https_only)
            allowed.append((family, address))
        except OutboundError as error:
            refusal = error
    if refusal and not allowed:
        raise refusal
    return allowed


def _check(target: Target, resolved: str, https_only: bool) -> None:
    address = ip_address(resolved)
    if is_exempt(address):
        return
    if is_blocked(address):
        # the address itself is not told: it may say something about our network
        sentence = f"The host {target.host} does not have a public address."
        raise OutboundError(sentence, retryable=False)
    check_port_and_scheme(target, https_only=https_only)


def _resolve(target: Target, patience: Patience) -> list[SocketAddress]:
    """Every address of the host, from one look-up. getaddrinfo knows no time limit, so it runs beside."""
    found: list[SocketAddress] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            for family, _, _, _, address in socket.getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM
            ):
                found.append((family, address))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()

    def done(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    patience.until(done, DNS_SECONDS, "to be found by name")
    if failed:
        raise OutboundError(f"The host name {target.host} cannot be found.", retryable=True) from failed[0]
    return found


def _tls(sock: socket.socket, host: str, patience: Patience) -> socket.socket:
    wrapped = tls_context().wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        patience.retry(wrapped.do_handshake, wrapped)
    except ssl.SSLCertVerificationError as error:
        wrapped.close()
        sentence = f"The TLS certificate of {host} cannot be trusted: {error.verify_message}."
        raise OutboundError(sentence, retryable=False) from error
    except OSError as error:
        wrapped.close()
        raise OutboundError(f"No secure connection to {host} could be made.", retryable=True) from error
    except BaseException:
        wrapped.close()
        raise
    return wrapped


@cache
def tls_context() -> ssl.SSLContext:
    """Trusts certifi's authorities and the machine's own."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context
