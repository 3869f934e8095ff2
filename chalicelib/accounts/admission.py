"""Who sent this key, may they do this, and not too often: one conditional write to the key's row says it all.

What is refused is not counted, and a key that does not exist leaves no row behind.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.accounts import counters, key_rows
from chalicelib.accounts.account import Account
from chalicelib.accounts.key_rows import ADMIN, LIVE, Key
from chalicelib.errors import Forbidden, RateLimited, RequestError, Unauthorized
from chalicelib.settings import settings

_TRIES: Final = 5
"""While a transaction changes the key, DynamoDB refuses other writes to it."""
_PAUSE: Final = 0.05
_MOST_SEEN: Final = 1000
_seen: dict[str, tuple[str, ...]] = {}
"""By digest, the counters that a key had when this process saw it last: those that are too old then go with
the next request, and no request has to name all that there might be."""


@dataclass(frozen=True)
class Rate:
    """Of the clock hour (UTC)."""

    limit: int
    used: int
    seconds_left: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class Admission:
    account: Account
    key: Key
    rate: Rate


def admit(key: str, scope: str | None, now: int) -> Admission:
    """`scope` None: any key may. `now`: milliseconds. Raises Unauthorized, Forbidden, RateLimited."""
    for attempt in range(_TRIES):
        try:
            return _admission(_counted(key, scope, now), now)
        except aws.dynamodb().exceptions.ConditionalCheckFailedException as error:
            row: Any = error.response.get("Item")
            raise _refusal(row, scope, now) from None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "TransactionConflictException" or attempt == _TRIES - 1:
                raise
            time.sleep(random.uniform(0, _PAUSE * (attempt + 1)))  # noqa: S311 spreads them, hides nothing
    raise AssertionError("the last try has raised")


def _counted(key: str, scope: str | None, now: int) -> Mapping[str, Any]:
    """The row as it is then."""
    digest = key_rows.hashed(key)
    update, conditions = _expressions(digest, now)
    values = {":now": {"N": str(now)}, ":one": {"N": "1"}}
    if scope is not None:
        conditions += " AND (contains(scopes, :scope) OR contains(scopes, :admin))"
        values |= {":scope": {"S": scope}, ":admin": {"S": ADMIN}}
    answer: Any = aws.dynamodb().update_item(
        TableName=settings().accounts_table,
        Key=key_rows.address(digest),
        UpdateExpression=update,
        ConditionExpression=conditions,
        ExpressionAttributeValues=values,
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    row: dict[str, Any] = answer["Attributes"]
    _note(digest, row)
    return row


def _note(digest: str, row: Mapping[str, Any]) -> None:
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen[digest] = tuple(filter(counters.is_one, row))


def _expressions(digest: str, now: int) -> tuple[str, str]:
    """The update and its conditions, but that of the scope."""
    hour, day, month = counters.hour(now), counters.day(now), counters.month(now)
    added = ", ".join(f"{name} :one" for name in (hour, day, month))
    seen = _seen.get(digest)
    old = counters.likely_left_over(now) if seen is None else counters.left_over(seen, now)
    removal = f" REMOVE {', '.join(old)}" if old else ""
    below = f"(attribute_not_exists({hour}) OR {hour} < rate)"
    return f"ADD {added} SET last_used_at = :now{removal}", f"{LIVE} AND {below}"


def _admission(row: Mapping[str, Any], now: int) -> Admission:
    key = key_rows.from_row(row)
    return Admission(Account(key.account, key.plan, key.id), key, _rate(key, now))


def _rate(key: Key, now: int) -> Rate:
    used = key.counters.get(counters.hour(now), 0)
    return Rate(key.plan.requests_per_hour, used, counters.seconds_left(now))


def _refusal(row: Mapping[str, Any] | None, scope: str | None, now: int) -> RequestError:
    if row is None:
        return Unauthorized("The API key is not valid")
    key = key_rows.from_row(row)
    if key.revoked_at is not None:
        return Unauthorized("The API key has been revoked: use another one")
    if key.expired(now):
        return Unauthorized("The API key has expired: use another one")
    if scope is not None and not key.may(scope):
        held = ", ".join(name for name in key_rows.SCOPES if name in key.scopes)
        sentence = f"The API key lacks the scope {scope} that this takes: it has {held}"
        return Forbidden(sentence, rate=_rate(key, now))
    rate = _rate(key, now)
    return RateLimited(
        f"The API key has made its {rate.limit:,} requests of this hour: "
        f"try again in {rate.seconds_left} seconds",
        rate=rate,
    )
