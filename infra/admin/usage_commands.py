"""What an account has used in a month."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.usage import ledger
from chalicelib.usage.ledger import Ledger, Period
from chalicelib.usage.told import dollars

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_HEADINGS = (
    "requests",
    "failed",
    "videos",
    "jobs",
    "minutes",
    "GB in",
    "GB out",
    "worker s",
    "tokens",
    "USD",
)


def add_to(commands: Any) -> None:
    usage = commands.add_parser("usage", help="what an account has used in a month, by its keys")
    usage.add_argument("--account", required=True)
    usage.add_argument("--month", default=f"{datetime.now(UTC):%Y-%m}", help="such as 2026-01; else this one")
    usage.set_defaults(run=_print)


def _print(given: argparse.Namespace) -> None:
    print("\n".join(usage_lines(given.account, given.month, datetime.now(UTC).date())))


def usage_lines(account: str, month: str, today: date) -> list[str]:
    """A line for each key that was used, and their sum. `month` is such as `2026-01`. Raises ValueError."""
    first, last = _span(month)
    book = ledger.read(account, first, last, today)
    rows = [(name, period) for name, period in _keys(book, first, last) if _any(period)]
    rows.append(("all", book.period(first, last)))
    width = max(len(name) for name, _ in rows)
    heading = "".join(f"{each:>10}" for each in _HEADINGS)
    return [f"{account}, {month}", f"{'':{width}}{heading}"] + [
        f"{name:{width}}" + "".join(f"{cell:>10}" for cell in _cells(period)) for name, period in rows
    ]


def _keys(book: Ledger, first: date, last: date) -> Iterator[tuple[str, Period]]:
    """Also of keys that are gone, and of who was trusted without one."""
    names = {key.id: f"{key.id} {key.name}" for key in book.keys}
    for key_id in [*names, *sorted({row.key_id for row in book.rows} - set(names))]:
        yield names.get(key_id, key_id), book.period(first, last, key_id)


def _any(period: Period) -> bool:
    return bool(period.requests or period.videos or period.amounts.to_json())


def _cells(period: Period) -> list[str]:
    used = period.amounts
    cost = dollars(used.cost)
    return [
        _number(period.requests),
        _number(period.failed),
        str(period.videos),
        str(used.jobs_completed + used.jobs_failed + used.jobs_cancelled),
        f"{used.media_ms / 60_000:.1f}",
        f"{used.bytes_in / 1e9:.3f}",
        f"{used.bytes_out / 1e9:.3f}",
        f"{used.compute_ms / 1000:.0f}",
        str(used.tokens_in + used.tokens_out),
        "unknown" if cost is None else f"{cost:.4f}",
    ]


def _number(count: int | None) -> str:
    return "unknown" if count is None else str(count)


def _span(month: str) -> tuple[date, date]:
    if not _MONTH.fullmatch(month):
        raise ValueError("a month is such as 2026-01")
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(32)).replace(day=1) - timedelta(1)
