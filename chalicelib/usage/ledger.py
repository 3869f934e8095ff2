"""All that is counted of an account, by the day: requests, videos, and what its jobs have used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.accounts.counters import KEPT_DAYS
from chalicelib.accounts.key_rows import Key
from chalicelib.usage import days, requests, videos
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.days import Row
from chalicelib.usage.videos import Counted

_NONE: Final = Counted()
_LONGEST_MONTH: Final = 31


@dataclass(frozen=True)
class Period:
    """Both days are in it."""

    first: date
    last: date
    requests: int | None
    """None: not known any more."""
    failed: int | None
    videos: int
    amounts: Amounts

    @property
    def succeeded(self) -> int | None:
        if self.requests is None or self.failed is None:
            return None
        return max(0, self.requests - self.failed)


@dataclass(frozen=True)
class Ledger:
    keys: Sequence[Key]
    rows: Sequence[Row]
    videos: Mapping[date, Counted]
    today: date

    def period(self, first: date, last: date, key_id: str | None = None) -> Period:
        """`key_id`: of one key alone."""
        keys = [key for key in self.keys if key_id in (None, key.id)]
        span = list(_days(first, last))
        return Period(
            first,
            last,
            self._sent(keys, first, last),
            _sum(keys, span, requests.failed_on) if self._has_days_from(first) else None,
            sum(self.videos.get(day, _NONE).of(key_id) for day in span),
            self._used(first, last, key_id),
        )

    def _sent(self, keys: Sequence[Key], first: date, last: date) -> int | None:
        """A whole month has a counter of its own, which is kept for longer than those of its days."""
        if first.day == 1 and (last + timedelta(1)).day == 1 and (last - first).days < _LONGEST_MONTH:
            return sum(requests.in_month(key, first) for key in keys)
        return _sum(keys, list(_days(first, last)), requests.on) if self._has_days_from(first) else None

    def _has_days_from(self, first: date) -> bool:
        return first >= self.today - timedelta(KEPT_DAYS)

    def _used(self, first: date, last: date, key_id: str | None) -> Amounts:
        wanted = (r.amounts for r in self.rows if first <= r.day <= last and key_id in (None, r.key_id))
        return sum(wanted, start=Amounts())


def read(account: str, first: date, last: date, today: date) -> Ledger:
    """Of these days and those between them."""
    return Ledger(
        requests.keys_of(account),
        list(days.read(account, first, last)),
        videos.by_day(account, first, last),
        today,
    )


def _sum(keys: Sequence[Key], span: Sequence[date], count: Callable[[Key, date], int]) -> int:
    return sum(count(key, day) for key in keys for day in span)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))
