"""Operator's commands; `python -m infra.admin --help` lists them."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.accounts import keys
from chalicelib.accounts.secrets import webhook_secret


@dataclass(frozen=True)
class Issued:
    key: str
    webhook_secret: str


def ensure_key(account: str, key: str | None = None) -> Issued:
    """Make `key`, or a new one, valid for the account. The only time a new key can be seen."""
    return Issued(keys.create(account, key), webhook_secret(account))
