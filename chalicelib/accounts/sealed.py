"""Signing secrets as a row of the accounts table keeps them: under KMS, the newest as `cipher`, and as
`older` those that a rotation has replaced and that are signed with for another day."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from chalicelib import aws
from chalicelib.errors import NotFound, RotatedTooOften
from chalicelib.settings import settings

OVERLAP_MS: Final = 24 * 3600 * 1000
"""How long both a new secret and the one it replaced are signed with."""
MOST_OLDER: Final = 3
"""At once, so that a header of signatures stays short."""
_PIECE: Final = 4096
"""Bytes that KMS encrypts at once."""


@dataclass(frozen=True)
class Sealed:
    cipher: bytes
    ends_at: int | None = None
    """Milliseconds since the epoch; None: the newest."""


def new_secret() -> str:
    """`whsec_` and base64 of 32 bytes, as Standard Webhooks libraries take it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str, context: Mapping[str, str]) -> bytes:
    return _encrypted(secret.encode(), context)


def unsealed(cipher: bytes, context: Mapping[str, str]) -> str:
    return _decrypted(cipher, tuple(sorted(context.items())))


def seal_all(data: bytes, context: Mapping[str, str]) -> bytes:
    """Of any length: in pieces, as many as KMS needs."""
    pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
    ciphers = [_encrypted(piece, context) for piece in pieces]
    return b"".join(len(cipher).to_bytes(4) + cipher for cipher in ciphers)


def unsealed_all(sealed: bytes, context: Mapping[str, str]) -> bytes:
    data = b""
    while sealed:
        end = 4 + int.from_bytes(sealed[:4])
        data += _opened(sealed[4:end], context)
        sealed = sealed[end:]
    return data


def opened(kept: Sequence[Sealed], context: Mapping[str, str], now: int) -> tuple[str, ...]:
    """Those that are signed with at that time, newest first."""
    return tuple(unsealed(each.cipher, context) for each in _live(kept, now))


def of_row(item: Mapping[str, Any]) -> tuple[Sealed, ...]:
    """Newest first."""
    older = [each["M"] for each in item.get("older", {"L": []})["L"]]
    return (
        Sealed(bytes(item["cipher"]["B"])),
        *(Sealed(bytes(each["cipher"]["B"]), int(each["ends_at"]["N"])) for each in older),
    )


def rotate(key: Mapping[str, Any], context: Mapping[str, str], now: int) -> str:
    """The new secret of a row. Raises NotFound, RotatedTooOften."""
    secret = new_secret()
    cipher = seal(secret, context)
    while True:  # whoever else rotates meanwhile adds an older one, and those are few
        kept = _read(key)
        if _replace(key, kept[0], cipher, _replaced(kept, now), now):
            return secret


def _read(key: Mapping[str, Any]) -> tuple[Sealed, ...]:
    table = settings().accounts_table
    item = aws.dynamodb().get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise NotFound("No webhook endpoint has this id", code="ENDPOINT_NOT_FOUND")
    return of_row(item)


def _replaced(kept: Sequence[Sealed], now: int) -> list[Sealed]:
    newest, *older = _live(kept, now)
    if len(older) >= MOST_OLDER:
        ends = min(each.ends_at or now for each in older)
        raise RotatedTooOften(
            f"The secret was replaced {MOST_OLDER} times within a day: wait until the oldest has ended",
            retry_after=-(-(ends - now) // 1000),
        )
    return [Sealed(newest.cipher, now + OVERLAP_MS), *older]


def _replace(key: Mapping[str, Any], was: Sealed, cipher: bytes, older: Sequence[Sealed], now: int) -> bool:
    rows = [{"M": {"cipher": {"B": each.cipher}, "ends_at": {"N": str(each.ends_at)}}} for each in older]
    values: Any = {
        ":was": {"B": was.cipher},
        ":cipher": {"B": cipher},
        ":older": {"L": rows},
        ":now": {"N": str(now)},
    }
    try:
        aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=key,
            UpdateExpression="SET cipher = :cipher, older = :older, updated_at = :now",
            ConditionExpression="cipher = :was",
            ExpressionAttributeValues=values,
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def _live(kept: Sequence[Sealed], now: int) -> list[Sealed]:
    return [each for each in kept if each.ends_at is None or each.ends_at > now]


@lru_cache(maxsize=1000)
def _decrypted(cipher: bytes, context: tuple[tuple[str, str], ...]) -> str:
    """Cached in this process, so that a worker asks KMS once and not for each webhook."""
    return _opened(cipher, dict(context)).decode()


def _encrypted(data: bytes, context: Mapping[str, str]) -> bytes:
    answer = aws.kms().encrypt(KeyId=settings().kms_key, Plaintext=data, EncryptionContext=dict(context))
    return answer["CiphertextBlob"]


def _opened(cipher: bytes, context: Mapping[str, str]) -> bytes:
    answer = aws.kms().decrypt(
        KeyId=settings().kms_key, CiphertextBlob=cipher, EncryptionContext=dict(context)
    )
    return answer["Plaintext"]
