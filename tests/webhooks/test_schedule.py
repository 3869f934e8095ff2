from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.settings import settings
from chalicelib.webhooks.schedule import Answer, wait_seconds

pytestmark = pytest.mark.usefixtures("cloud")
NOW = 1_800_000_000.0


def wait(number: int, status: int = 500, middle: float = 0.5, **more: Any) -> int | None:
    return wait_seconds(Answer(number, status, **more), now=NOW, random=lambda: middle)


def test_the_schedule_runs_over_a_day_and_then_ends() -> None:
    waits = [wait(number) for number in range(1, 9)]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 36000, None]


@pytest.mark.parametrize(("middle", "seconds"), [(0.0, 240), (0.5, 300), (1.0, 360)])
def test_jitter_is_a_fifth_either_way(middle: float, seconds: int) -> None:
    assert wait(2, middle=middle) == seconds


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert wait(1, status) is None


@pytest.mark.parametrize("status", [0, 100, 301, 302, 400, 401, 404, 500, 503])
def test_anything_else_is_tried_again(status: int) -> None:
    assert wait(1, status) == 5


def test_410_ends_it() -> None:
    assert wait(1, 410) is None


@pytest.mark.parametrize("more", [{"status": 429}, {"status": 0, "timed_out": True}, {"status": 504}])
def test_an_overloaded_receiver_gets_a_minute(more: dict[str, Any]) -> None:
    assert wait(1, **more) == 60
    assert wait(2, **more) == 300


@pytest.mark.parametrize(("header", "seconds"), [("3", 60), ("90", 90), ("9999", 120)])
def test_an_overloaded_receiver_cannot_ask_for_less(header: str, seconds: int) -> None:
    assert wait(1, 429, retry_after=header) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("400", 400),
        ("10", 300),
        ("9999", 600),
        ("Fri, 15 Jan 2027 08:06:40 GMT", 400),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 300),
        ("soon", 300),
        ("Mon, 01 Jan 99999999999999 00:00:00 GMT", 300),
        ("Fri, 15 Jan 2027 08:06:40 +99999999999999999999", 300),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 300),
        ("9" * 400, 600),
        ("", 300),
        ("-5", 300),
    ],
)
def test_retry_after_counts_between_the_planned_wait_and_its_double(header: str, seconds: int) -> None:
    assert wait(2, 503, retry_after=header) == seconds


def test_the_schedule_is_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_WEBHOOK_SCHEDULE", "0,1,2")
    settings.cache_clear()
    run: Callable[[int], int | None] = wait
    assert [run(1), run(2), run(3)] == [1, 2, None]
