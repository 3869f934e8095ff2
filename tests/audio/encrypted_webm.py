"""An Opus track in WebM that is encrypted as browsers' content decryption has it."""

from __future__ import annotations

import random
import struct

SECONDS = 3
_PACKETS = 50
"""A second."""


def encrypted_webm() -> bytes:
    """RFC 9559 and the WebM Encryption specification; the packets are noise, as without the key they are."""
    info = _element("1549a966", _element("2ad7b1", _int(1_000_000)), _element("4489", _float(SECONDS * 1000)))
    clusters = b"".join(_cluster(second) for second in range(SECONDS))
    segment = info + _element("1654ae6b", _track()) + clusters
    head = _element(
        "1a45dfa3", _element("4282", b"webm"), _element("4287", _int(4)), _element("4285", _int(2))
    )
    return head + _element("18538067", segment)


def _track() -> bytes:
    opus = b"OpusHead\x01\x02" + struct.pack("<HIhB", 312, 48000, 0, 0)
    return _element(
        "ae",
        *(_element("d7", _int(1)), _element("73c5", _int(1)), _element("83", _int(2))),
        *(_element("86", b"A_OPUS"), _element("63a2", opus), _element("6d80", _encoding())),
        _element("e1", _element("b5", _float(48000)), _element("9f", _int(2))),
    )


def _encoding() -> bytes:
    """AES in counter mode, by a key of which only the id is told."""
    key = _element("47e2", bytes(range(16)))
    mode = _element("47e7", _element("47e8", _int(1)))
    kind = _element("5033", _int(1))
    return _element(
        "6240",
        _element("5031", _int(0)),
        _element("5032", _int(1)),
        kind,
        _element("5035", _element("47e1", _int(5)), key, mode),
    )


def _cluster(second: int) -> bytes:
    noise = random.Random(second)
    blocks = (
        _element("a3", b"\x81" + struct.pack(">hB", number * 20, 0x80) + b"\x01" + noise.randbytes(200))
        for number in range(_PACKETS)
    )
    return _element("1f43b675", _element("e7", _int(second * 1000)), *blocks)


def _element(name: str, *contents: bytes) -> bytes:
    data = b"".join(contents)
    return bytes.fromhex(name) + (len(data) | 1 << 56).to_bytes(8, "big") + data


def _int(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _float(value: float) -> bytes:
    return struct.pack(">d", value)
