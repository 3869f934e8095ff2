"""The secret that webhooks to URLs of a request are signed with: one per account, and for a day after a
rotation the one before."""

from __future__ import annotations

from chalicelib import aws
from chalicelib.accounts import sealed
from chalicelib.accounts.sealed import Sealed
from chalicelib.settings import settings


def webhook_secret(account: str) -> str:
    """The newest. The first is made when first asked for; two first askers get the same one."""
    newest = (_stored(account) or _store(account))[:1]
    return sealed.opened(newest, {"account": account}, now=0)[0]


def webhook_secrets(account: str, now: int) -> tuple[str, ...]:
    """Newest first."""
    return sealed.opened(_stored(account) or _store(account), {"account": account}, now)


def rotate(account: str, now: int) -> str:
    """The new secret. Raises RotatedTooOften."""
    if not _stored(account):
        _store(account)
    return sealed.rotate(_key(account), {"account": account}, now)


def _key(account: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": "webhook-secret"}}


def _stored(account: str) -> tuple[Sealed, ...]:
    table = settings().accounts_table
    item = aws.dynamodb().get_item(TableName=table, Key=_key(account), ConsistentRead=True).get("Item")
    return sealed.of_row(item) if item else ()


def _store(account: str) -> tuple[Sealed, ...]:
    cipher = sealed.seal(sealed.new_secret(), {"account": account})
    try:
        aws.dynamodb().put_item(
            TableName=settings().accounts_table,
            Item={**_key(account), "cipher": {"B": cipher}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return _stored(account)
    return (Sealed(cipher),)
