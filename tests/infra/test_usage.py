"""The operator's table of an account's month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.usage import days
from chalicelib.usage.amounts import Amounts
from infra.admin import usage_commands as usage
from infra.admin.__main__ import main
from tests.conftest import Cloud
from tests.usage.counters import admit, set_up, submit_videos

TODAY = date(2026, 2, 2)
NOON = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()) * 1000


def use(key_id: str | None, **amounts: int) -> None:
    action: Any = days.addition("acme", key_id, NOON, "a1", Amounts(**amounts))
    aws.dynamodb().transact_write_items(TransactItems=[action])


def test_a_line_for_each_key_and_their_sum(cloud: Cloud) -> None:
    set_up("acme", "one", "unused", retired=("old",))
    admit("one", NOON, 12)
    admit("old", NOON, 3)
    submit_videos("acme", "one", NOON, 2)
    use("one", jobs_completed=2, media_ms=90_000, bytes_in=1_500_000_000, compute_ms=7000, control_cost=10**8)
    use("deleted", jobs_failed=1, tokens_in=5, tokens_unpriced=5)
    lines = usage.usage_lines("acme", "2026-01", TODAY)
    assert lines[0] == "acme, 2026-01"
    cells = [line.split() for line in lines[2:]]
    assert cells[0] == [
        "one",
        "name",
        "of",
        "one",
        *["12", "0", "2", "2", "1.5", "1.500", "0.000", "7", "0", "0.1000"],
    ]
    assert [row[0] for row in cells] == ["one", "old", "deleted", "all"]
    assert cells[-1] == ["all", *["15", "0", "2", "3", "1.5", "1.500", "0.000", "7", "5", "unknown"]]


def test_another_month_is_another(cloud: Cloud) -> None:
    use("one", jobs_completed=2)
    assert usage.usage_lines("acme", "2026-02", TODAY)[2].split() == [
        "all",
        *["0"] * 4,
        "0.0",
        *["0.000"] * 2,
        "0",
        "0",
        "0.0000",
    ]


@pytest.mark.parametrize("month", ["2026", "2026-13", "01-2026", "2026-1"])
def test_a_month_that_is_none_is_refused(cloud: Cloud, month: str) -> None:
    with pytest.raises(SystemExit, match="a month is such as 2026-01"):
        main(["usage", "--account", "acme", "--month", month])


def test_it_is_printed(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    use("one", jobs_completed=2)
    main(["usage", "--account", "acme", "--month", "2026-01"])
    assert capsys.readouterr().out.startswith("acme, 2026-01\n")
