"""Which addresses may be spoken to."""

from __future__ import annotations

import socket
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from chalicelib.settings import settings

Address = IPv4Address | IPv6Address

# Beside `is_global`, which calls several of these global (which ones depends on Python's version).
# Prefixes that embed an IPv4 address are refused whole: none of them leads to a web host.
BLOCKED = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: cloud metadata and credentials
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/32",  # Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)


def unmapped(address: Address) -> Address:
    """`::ffff:a.b.c.d` as the a.b.c.d that a connection to it would reach."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def is_exempt(address: Address) -> bool:
    return any(unmapped(address) in net for net in settings().allow_nets)


def is_blocked(address: Address) -> bool:
    """Whether `address` is anything but a public unicast one. Knows nothing of exemptions."""
    plain = unmapped(address)
    return not plain.is_global or any(plain in net for net in BLOCKED)


def literal(host: str) -> Address | None:
    """The address that `host` spells, in any spelling a resolver takes (`0x7f.1`, `2130706433`,
    full-width digits, ideographic dots), or None for a name."""
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").rstrip(".")
    try:
        return ip_address(plain)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(plain))
    except OSError:
        return None
