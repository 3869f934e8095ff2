"""The operator's secrets: from the environment, or kept in the accounts table under the stack's KMS key.

Names are lower-case words with dashes: `youtube-proxy`, `openai-key`. In the environment `youtube-proxy` is
BATCHREEL_YOUTUBE_PROXY.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings

NAMES = ("youtube-proxy", "openai-key", "youtube-cookies")
MAX_BYTES = 65_536
_PIECE_BYTES = 4096
"""As much as KMS encrypts at once."""


def secret(name: str) -> str | None:
    """None if there is none. Kept in this process for as long as it lives."""
    return os.environ.get(variable(name)) or _stored(settings().accounts_table, name)


def variable(name: str) -> str:
    return "BATCHREEL_" + name.upper().replace("-", "_")


def store(name: str, value: str) -> None:
    """Raises ValueError for a name that nothing reads, and for more than MAX_BYTES."""
    if name not in NAMES:
        raise ValueError(f"a secret's name is one of {', '.join(NAMES)}")
    plain = value.encode()
    if len(plain) > MAX_BYTES:
        raise ValueError(f"a secret has at most {MAX_BYTES:,} bytes")
    pieces = [plain[at : at + _PIECE_BYTES] for at in range(0, len(plain), _PIECE_BYTES)]
    ciphers: Any = {"L": [{"B": _encrypt(name, piece)} for piece in pieces]}
    aws.dynamodb().put_item(TableName=settings().accounts_table, Item={**_key(name), "cipher": ciphers})
    forget()


def forget() -> None:
    _stored.cache_clear()


@cache
def _stored(table: str, name: str) -> str | None:
    item = aws.dynamodb().get_item(TableName=table, Key=_key(name)).get("Item")
    if item is None:
        return None
    kept: Any = item["cipher"]
    pieces = [_decrypt(name, piece["B"]) for piece in kept.get("L", [kept])]
    return b"".join(pieces).decode()


def _encrypt(name: str, plain: bytes) -> bytes:
    context = {"secret": name}
    answer = aws.kms().encrypt(KeyId=settings().kms_key, Plaintext=plain, EncryptionContext=context)
    return answer["CiphertextBlob"]


def _decrypt(name: str, cipher: bytes) -> bytes:
    context = {"secret": name}
    answer = aws.kms().decrypt(KeyId=settings().kms_key, CiphertextBlob=cipher, EncryptionContext=context)
    return answer["Plaintext"]


def _key(name: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"S#{name}"}, "sk": {"S": "#"}}
