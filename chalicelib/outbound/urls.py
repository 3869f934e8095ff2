"""What a caller-given URL may look like, before any name is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from chalicelib.errors import OutboundError
from chalicelib.outbound.addresses import is_blocked, is_exempt, literal
from chalicelib.settings import settings

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]")


@dataclass(frozen=True)
class Target:
    """A URL taken apart once; the parts, never the text again, are what a connection is made from."""

    scheme: str
    host: str
    """ASCII, without brackets."""
    port: int
    path: str
    """With the query, percent-encoded."""

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def check_url(url: str, *, https_only: bool = False) -> None:
    """Cheap check at request time; no name is looked up. With `https_only`, plain http is for exempt
    networks alone.

    Raises OutboundError (not retryable) with a sentence that says how to mend the URL.
    """
    parse(url, https_only=https_only)


def parse(url: str, *, https_only: bool = False) -> Target:
    """Raises OutboundError (not retryable) for a URL that can never be fetched."""
    parts = _split(url)
    if parts.scheme not in _PORTS:
        raise _refused("The URL must start with http:// or https://.")
    if "@" in parts.netloc:
        raise _refused("The URL must not contain a user name or password.")
    host = _host(parts)
    target = Target(parts.scheme, host, _port(parts), _path(parts))
    address = literal(host)
    if address is None:
        name_may_be_exempt = bool(settings().allow_nets)
        if not name_may_be_exempt:
            check_port_and_scheme(target, https_only=https_only)
    elif not is_exempt(address):
        if is_blocked(address):
            raise _refused(f"The address {host} is not a public one. Use a host that the internet can reach.")
        check_port_and_scheme(target, https_only=https_only)
    return target


def check_port_and_scheme(target: Target, *, https_only: bool) -> None:
    """The rules that exempt networks are free of. Raises OutboundError (not retryable)."""
    if https_only and target.scheme != "https":
        raise _refused("The URL must use https.")
    ports = settings().outbound_ports
    if target.port not in ports:
        allowed = " or ".join(str(port) for port in sorted(ports))
        raise _refused(f"Port {target.port} is not allowed. Use port {allowed}.")


def _split(url: str) -> SplitResult:
    if _UNSAFE.search(url):
        raise _refused("The URL contains spaces or control characters. Percent-encode them.")
    try:
        return urlsplit(url)
    except ValueError:
        raise _refused("The URL is not well formed.") from None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise _refused("The URL has no host name.")
    if "%" in host or (literal(host) is None and ":" in host):
        raise _refused("The host name in the URL is not valid.")
    address = literal(host)
    if address is not None:
        return str(address)
    ascii_host = host if host.isascii() else _idna(host)
    if len(ascii_host) > 253 or not _NAME.fullmatch(ascii_host):
        raise _refused("The host name in the URL is not valid.")
    return ascii_host


def _idna(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _refused("The host name in the URL is not valid.") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _refused("The port in the URL is not a number between 1 and 65535.")
    return port or _PORTS[parts.scheme]


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?[]|")
    return path + ("?" + query if query else "")


def _refused(sentence: str) -> OutboundError:
    return OutboundError(sentence, retryable=False)
