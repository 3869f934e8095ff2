"""New keys. The account's row holds their number: at most as many as its plan says, and while keys are being
rotated, at most twice as many."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.accounts import account_rows, key_rows, retiring
from chalicelib.accounts.account_rows import Record
from chalicelib.accounts.key_rows import LIVE, Key
from chalicelib.accounts.transaction import transact
from chalicelib.errors import Conflict, NotFound, ServiceUnavailable

MOST_OVERLAP: Final = 7 * 24 * 3600
"""Seconds for which a key may live on beside the one that replaces it."""
DEFAULT_OVERLAP: Final = 24 * 3600
_TRIES: Final = 10


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`at` is now, `by` the digest of the admin key that asks (None: the operator)."""

    account: str
    name: str
    scopes: frozenset[str]
    expires_at: int | None = None
    at: int
    by: str | None = None


def issue(wanted: Wanted, secret: str | None = None) -> tuple[Key, str]:
    """A new key (or `secret`), which cannot be read again. Raises NotFound for the account, Conflict,
    Unauthorized."""
    secret = secret or _new_secret()
    return _placed(wanted, secret, replacing=None, overlap=0), secret


def rotate(old: Key, overlap: int, at: int, by: str | None = None) -> tuple[Key, str]:
    """A new key like the old one, which ends `overlap` seconds from now. Raises Conflict, Unauthorized."""
    if old.expired(at):
        raise retiring.expired()
    secret = _new_secret()
    wanted = Wanted(
        account=old.account, name=old.name, scopes=old.scopes, expires_at=old.expires_at, at=at, by=by
    )
    return _placed(wanted, secret, replacing=old, overlap=overlap), secret


def end_of(old: Key, overlap: int, now: int) -> int:
    """Never later than it would have ended by itself."""
    end = now + overlap * 1000
    return end if old.expires_at is None else min(end, old.expires_at)


def _new_secret() -> str:
    return "sk_" + secrets.token_hex(32)


def _placed(wanted: Wanted, secret: str, replacing: Key | None, overlap: int) -> Key:
    for _ in range(_TRIES):
        record = account_rows.get(wanted.account)
        if record is None:
            raise NotFound(f"There is no account {wanted.account}", code="ACCOUNT_NOT_FOUND")
        new = _made(record, wanted, secret)
        most = record.plan.keys * (2 if replacing else 1)
        steps: dict[str, Any] = {"room": {"Update": _listed(record, new, most)}, "new": {"Put": _put(new)}}
        if replacing:
            steps["old"] = {"Update": _ending(replacing, new, overlap, wanted.at)}
        for check in retiring.asker(_asker_beside(replacing, wanted.by), wanted.at):
            steps["asker"] = check
        lost = {[*steps][place] for place in transact(*steps.values())}
        if not lost:
            return new
        _raise_for(lost)
        _make_room(record, most, wanted.at)
    raise ServiceUnavailable(f"The account {wanted.account} is being changed by many at once")


def _made(record: Record, wanted: Wanted, secret: str) -> Key:
    prefix, last_four = key_rows.shown(secret)
    return Key(
        digest=key_rows.hashed(secret),
        id=f"key_{secrets.token_hex(8)}",
        account=record.account,
        name=wanted.name,
        scopes=wanted.scopes,
        plan=record.plan,
        revision=record.revision,
        created_at=wanted.at,
        expires_at=wanted.expires_at,
        prefix=prefix,
        last_four=last_four,
    )


def _asker_beside(replacing: Key | None, by: str | None) -> str | None:
    """A transaction has each row once: whoever rotates itself is looked at as the old key."""
    return None if replacing and replacing.digest == by else by


def _listed(record: Record, new: Key, most: int) -> dict[str, Any]:
    """With the plan that the key is made with, or not at all."""
    return {
        "Key": account_rows.address(record.account),
        "UpdateExpression": "ADD #keys :these",
        "ConditionExpression": "revision = :seen AND (attribute_not_exists(#keys) OR size(#keys) < :most)",
        "ExpressionAttributeNames": {"#keys": "keys"},
        "ExpressionAttributeValues": {
            ":these": {"SS": [new.digest]},
            ":seen": {"N": str(record.revision)},
            ":most": {"N": str(most)},
        },
    }


def _put(new: Key) -> dict[str, Any]:
    return {"Item": key_rows.to_row(new), "ConditionExpression": "attribute_not_exists(pk)"}


def _ending(old: Key, new: Key, overlap: int, now: int) -> dict[str, Any]:
    end = end_of(old, overlap, now)
    return {
        "Key": key_rows.address(old.digest),
        "UpdateExpression": "SET expires_at = :end, replaced_by = :new",
        "ConditionExpression": f"{LIVE} AND attribute_not_exists(replaced_by)",
        "ExpressionAttributeValues": key_rows.values({":end": end, ":new": new.id, ":now": now}),
    }


def _raise_for(lost: set[str]) -> None:
    """Nothing for want of room alone."""
    if "new" in lost:
        raise Conflict("This API key is in use already", code="KEY_EXISTS")
    if "old" in lost:
        why = "The API key has been replaced already, or has ended: rotate the newest one"
        raise Conflict(why, code="KEY_ALREADY_ROTATED")
    if "asker" in lost:
        raise retiring.asker_refused()


def _make_room(record: Record, most: int, now: int) -> None:
    """Raises Conflict if there is none, and it was not the plan that has changed."""
    fresh = account_rows.get(record.account)
    full = fresh and fresh.revision == record.revision and len(fresh.keys) >= most
    if fresh and full and not retiring.sweep(fresh, now):
        sentence = f"The account's plan has room for {most} API keys at a time: revoke one first"
        raise Conflict(sentence, code="TOO_MANY_KEYS")
