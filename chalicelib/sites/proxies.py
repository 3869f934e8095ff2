"""The ways to YouTube: directly, or through the operator's proxy.

The secret `youtube-proxy` is the URL of any HTTP proxy, `http://user:password@host:port`, or
`webshare://user:password@p.webshare.io?countries=de,us`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from youtube_transcript_api.proxies import GenericProxyConfig, ProxyConfig, WebshareProxyConfig

from chalicelib import vault
from chalicelib.settings import settings
from chalicelib.sites.failures import SiteError

SECRET = "youtube-proxy"  # noqa: S105 its name


@dataclass(frozen=True)
class Way:
    name: str
    """Tells nothing of the proxy's password, and may be stored and logged."""
    proxy: ProxyConfig | None

    @property
    def url(self) -> str | None:
        """With the password: for those who connect, and for nobody else."""
        return self.proxy.to_requests_dict()["https"] if self.proxy else None


DIRECT = Way("direct", None)


class RotatingProxyConfig(GenericProxyConfig):
    """The library's own never tries again. Each connection of a rotating proxy has another address, so a new
    one is made for every request."""

    @property
    def retries_when_blocked(self) -> int:
        return settings().proxy_retries

    @property
    def prevent_keeping_connections_alive(self) -> bool:
        return True


def way(use_proxy: bool | None) -> Way:
    """`use_proxy` as in the request. Raises SiteError if a proxy is asked for and there is none."""
    if use_proxy is False:
        return DIRECT
    text = vault.secret(SECRET)
    if text:
        return Way(hashlib.sha256(text.encode()).hexdigest()[:32], _proxy(text.strip()))
    if use_proxy:
        raise SiteError("PROXY_NOT_CONFIGURED")
    return DIRECT


def _proxy(text: str) -> ProxyConfig:
    """Raises SiteError, which does not quote the secret."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise SiteError("PROXY_FAILED", details="the configured proxy is no URL")
    if parts.scheme in ("http", "https"):
        return RotatingProxyConfig(text)
    if parts.scheme == "webshare" and parts.username and parts.password:
        return WebshareProxyConfig(
            parts.username,
            parts.password,
            filter_ip_locations=_countries(parts),
            retries_when_blocked=settings().proxy_retries,
            domain_name=host,
            proxy_port=port or WebshareProxyConfig.DEFAULT_PORT,
        )
    raise SiteError("PROXY_FAILED", details="the configured proxy is neither http, https nor webshare")


def _countries(parts: SplitResult) -> list[str]:
    return [c.strip() for c in ",".join(parse_qs(parts.query).get("countries", [])).split(",") if c.strip()]
