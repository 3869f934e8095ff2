"""Videos that an account may hand in each day and each month (UTC), counted by what accepts them.

Rows `A#<account>` / `V#d#<YYYYMMDD>` and `V#m#<YYYYMM>` of the accounts table: `videos`, and `k#<id>` of them
by each key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts.account import Account
from chalicelib.clock import iso
from chalicelib.errors import QuotaExceeded
from chalicelib.settings import settings

_KEPT: Final = 400 * 86400
"""Seconds: usage reads these rows, too."""


@dataclass(frozen=True)
class Period:
    name: str
    sort_key: str
    ends: int
    """Milliseconds since the epoch."""
    kept: int
    """Seconds that its row outlives it."""


def day(now: int) -> Period:
    today = _midnight(now)
    return Period("day", f"V#d#{today:%Y%m%d}", _ms(today + timedelta(days=1)), _KEPT)


def month(now: int) -> Period:
    first = _midnight(now).replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Period("month", f"V#m#{first:%Y%m}", _ms(following), _KEPT)


def _midnight(now: int) -> datetime:
    return datetime.fromtimestamp(now // 1000, UTC).replace(hour=0, minute=0, second=0)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


@dataclass(frozen=True)
class Count:
    """Guards a batch (chalicelib.batches.guards): its videos are counted with it, or it is not accepted."""

    account: str
    key_id: str | None
    period: Period
    videos: int
    limit: int | None
    now: int

    def check(self) -> None:
        """Raises QuotaExceeded."""
        if self.limit is not None and (before := used(self.account, self.period)) + self.videos > self.limit:
            raise self._exceeded(before)

    def action(self) -> dict[str, Any]:
        counted = ["videos", *([f"k#{self.key_id}"] if self.key_id else [])]
        values = {":videos": str(self.videos), ":ttl": str(self.period.ends // 1000 + self.period.kept)}
        update: dict[str, Any] = {
            "TableName": settings().accounts_table,
            "Key": _key(self.account, self.period),
            "UpdateExpression": "SET #ttl = :ttl ADD "
            + ", ".join(f"#n{n} :videos" for n in range(len(counted))),
            "ExpressionAttributeNames": {"#ttl": "ttl"} | {f"#n{n}": name for n, name in enumerate(counted)},
        }
        if self.limit is not None:
            room = self.limit - self.videos
            update["ConditionExpression"] = "#n0 <= :room"
            if room >= 0:
                update["ConditionExpression"] += " OR attribute_not_exists(#n0)"
            values[":room"] = str(room)
        update["ExpressionAttributeValues"] = {name: {"N": value} for name, value in values.items()}
        return {"Update": update}

    def refused(self) -> QuotaExceeded:
        return self._exceeded(used(self.account, self.period))

    def _exceeded(self, before: int) -> QuotaExceeded:
        period = self.period
        sentence = (
            f"The plan has {self.limit} videos a {period.name}: {before} are used, {self.videos} more were "
            f"sent. The next {period.name} begins at {iso(period.ends)}"
        )
        return QuotaExceeded(sentence, retry_after=-(-(period.ends - self.now) // 1000))


@dataclass(frozen=True)
class Quota:
    """None: without limit, but counted."""

    per_day: int | None
    per_month: int | None
    key_id: str | None = None

    def counts(self, account: str, videos: int, now: int) -> tuple[Count, ...]:
        """The month first: of two quotas that are used up, the longer one is told."""
        limits = ((month(now), self.per_month), (day(now), self.per_day))
        return tuple(Count(account, self.key_id, period, videos, limit, now) for period, limit in limits)


def of(account: Account) -> Quota:
    return Quota(account.plan.videos_per_day, account.plan.videos_per_month, account.key_id)


def from_limits(limits: Mapping[str, Any]) -> Quota:
    """Of what asdict() made of one."""
    return Quota(**limits)


def used(account: str, period: Period) -> int:
    """Videos."""
    answer = aws.dynamodb().get_item(
        TableName=settings().accounts_table, Key=_key(account, period), ConsistentRead=True
    )
    return int(answer["Item"]["videos"]["N"]) if "Item" in answer else 0


def _key(account: str, period: Period) -> dict[str, Any]:
    return {"pk": {"S": f"A#{account}"}, "sk": {"S": period.sort_key}}
