"""The secret an account's webhooks are signed with: `whsec_` and base64 of 32 bytes, kept under KMS."""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from chalicelib import aws
from chalicelib.settings import settings


def webhook_secret(account: str) -> str:
    """Made when first asked for; two first askers get the same one."""
    return _decrypted(account, _stored(account) or _store(account))


def _key(account: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": "webhook-secret"}}


def _stored(account: str) -> bytes | None:
    table = settings().accounts_table
    item = aws.dynamodb().get_item(TableName=table, Key=_key(account), ConsistentRead=True).get("Item")
    return item["cipher"]["B"] if item else None


def _store(account: str) -> bytes:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    cipher = aws.kms().encrypt(
        KeyId=settings().kms_key, Plaintext=secret.encode(), EncryptionContext={"account": account}
    )["CiphertextBlob"]
    try:
        aws.dynamodb().put_item(
            TableName=settings().accounts_table,
            Item={**_key(account), "cipher": {"B": cipher}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return _stored(account) or cipher
    return cipher


@lru_cache(maxsize=1000)
def _decrypted(account: str, cipher: bytes) -> str:
    """Cached in this process, so that a worker asks KMS once and not for each webhook."""
    answer = aws.kms().decrypt(
        KeyId=settings().kms_key, CiphertextBlob=cipher, EncryptionContext={"account": account}
    )
    return answer["Plaintext"].decode()
