"""The operator's secrets: from the environment, or kept in the accounts table under the stack's KMS key.

Names are lower-case words with dashes: `youtube-proxy`, `openai-key`. In the environment `youtube-proxy` is
BATCHREEL_YOUTUBE_PROXY.
"""

from __future__ import annotations

import os
from functools import cache

from chalicelib import aws
from chalicelib.settings import settings

NAMES = ("youtube-proxy", "openai-key")


def secret(name: str) -> str | None:
    """None if there is none. Kept in this process for as long as it lives."""
    return os.environ.get(variable(name)) or _stored(settings().accounts_table, name)


def variable(name: str) -> str:
    return "BATCHREEL_" + name.upper().replace("-", "_")


def store(name: str, value: str) -> None:
    """Raises ValueError for a name that nothing reads."""
    if name not in NAMES:
        raise ValueError(f"a secret's name is one of {', '.join(NAMES)}")
    cipher = aws.kms().encrypt(
        KeyId=settings().kms_key, Plaintext=value.encode(), EncryptionContext={"secret": name}
    )["CiphertextBlob"]
    aws.dynamodb().put_item(TableName=settings().accounts_table, Item={**_key(name), "cipher": {"B": cipher}})
    forget()


def forget() -> None:
    _stored.cache_clear()


@cache
def _stored(table: str, name: str) -> str | None:
    item = aws.dynamodb().get_item(TableName=table, Key=_key(name)).get("Item")
    if item is None:
        return None
    answer = aws.kms().decrypt(
        KeyId=settings().kms_key, CiphertextBlob=item["cipher"]["B"], EncryptionContext={"secret": name}
    )
    return answer["Plaintext"].decode()


def _key(name: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"S#{name}"}, "sk": {"S": "#"}}
