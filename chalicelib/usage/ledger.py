"""All that is counted of an account, by the day: requests, videos, and what its jobs have used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.usage import days, requests, videos
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.days import Row
from chalicelib.usage.requests import Key
from chalicelib.usage.videos import Counted

_NONE: Final = Counted()


@dataclass(frozen=True)
class Period:
    """Both days are in it."""

    first: date
    last: date
    requests: int
    failed: int
    videos: int
    amounts: Amounts

    @property
    def succeeded(self) -> int:
        return max(0, self.requests - self.failed)


@dataclass(frozen=True)
class Ledger:
    keys: Sequence[Key]
    rows: Sequence[Row]
    videos: Mapping[date, Counted]

    def period(self, first: date, last: date, key_id: str | None = None) -> Period:
        """`key_id`: of one key alone."""
        keys = [key for key in self.keys if key_id in (None, key.id)]
        span = list(_days(first, last))
        return Period(
            first,
            last,
            _sum(keys, span, Key.on),
            _sum(keys, span, Key.failed_on),
            sum(self.videos.get(day, _NONE).of(key_id) for day in span),
            self._used(first, last, key_id),
        )

    def _used(self, first: date, last: date, key_id: str | None) -> Amounts:
        wanted = (r.amounts for r in self.rows if first <= r.day <= last and key_id in (None, r.key_id))
        return sum(wanted, start=Amounts())


def read(account: str, first: date, last: date) -> Ledger:
    """Of these days and those between them."""
    return Ledger(
        requests.keys_of(account),
        list(days.read(account, first, last)),
        videos.by_day(account, first, last),
    )


def _sum(keys: Sequence[Key], span: Sequence[date], count: Callable[[Key, date], int]) -> int:
    return sum(count(key, day) for key in keys for day in span)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))
