"""API keys: shown once, stored as SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets

from chalicelib import aws
from chalicelib.accounts import plans
from chalicelib.accounts.account import Account
from chalicelib.accounts.plan import Plan, from_json
from chalicelib.clock import now_ms
from chalicelib.settings import settings

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def well_formed(account: str) -> bool:
    return bool(_NAME.fullmatch(account))


def find(key: str) -> Account | None:
    """The account a key belongs to. Looked up by hash, so no comparison leaks a key's beginning."""
    answer = aws.dynamodb().get_item(TableName=settings().accounts_table, Key=_address(key))
    item = answer.get("Item")
    return Account(item["account"]["S"], from_json(item["plan"]["S"])) if item else None


def create(account: str, key: str | None = None, plan: Plan | None = None) -> str:
    """A new key (`sk_` and 64 hex digits), or the given one, made valid for the account.

    Raises ValueError for an account name that could not be a message group of SQS.
    """
    if not well_formed(account):
        raise ValueError("an account name is 1 to 64 letters, digits, dots, dashes or underscores")
    key = key or "sk_" + secrets.token_hex(32)
    aws.dynamodb().put_item(
        TableName=settings().accounts_table,
        Item={
            **_address(key),
            "account": {"S": account},
            "plan": {"S": (plan or plans.shipped()[plans.DEFAULT]).to_json()},
            "last_four": {"S": key[-4:]},
            "created_at": {"N": str(now_ms())},
        },
    )
    return key


def _address(key: str) -> dict[str, dict[str, str]]:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return {"pk": {"S": f"K#{digest}"}, "sk": {"S": "#"}}
