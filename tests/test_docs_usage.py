"""The page on usage says what the code does: the price table, the calls, the figures of estimates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib.api import estimates
from chalicelib.api.usage_v1 import limits, views
from chalicelib.api.usage_v1.query import GRANULARITIES, MAX_PERIODS
from chalicelib.audio import effort as audio
from chalicelib.text import effort as text
from chalicelib.usage import days, prices
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.ledger import Period
from chalicelib.usage.told import told

PAGE = (Path(__file__).parents[1] / "docs" / "usage.md").read_text()
TABLE = prices.table()


def row(beginning: str) -> list[str]:
    """Cells of the one row that begins so."""
    [found] = re.findall(rf"^\| {re.escape(beginning)}(?= \||;|,| \().*$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in found.strip("|").split("|")]


def shown(price: float) -> str:
    return f"{price:.10f}".rstrip("0").rstrip(".")


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("Lambda, a GB-second on x86_64", [TABLE["lambda"]["gb_second_x86_64"]]),
        ("Lambda, a GB-second on arm64", [TABLE["lambda"]["gb_second_arm64"]]),
        ("Lambda, a request", [TABLE["lambda"]["request"]]),
        ("DynamoDB, a write unit", list(TABLE["dynamodb"].values())),
        ("SQS, a request", [TABLE["sqs"]["request"]]),
        ("Step Functions, a transition", [TABLE["step_functions"]["transition"]]),
        ("S3, a PUT", list(TABLE["s3"].values())),
        ("EventBridge, an event", [TABLE["events"]["event"]]),
        ("API Gateway, a request", [TABLE["api_gateway"]["request"]]),
        ("CloudWatch Logs, a GB", [TABLE["logs"]["gb"]]),
        ("KMS, a request", list(TABLE["kms"].values())),
        ("Leaving AWS, a GB", [TABLE["egress"]["gb"]]),
        ("Amazon Transcribe, a minute", [TABLE["speech"]["transcribe"]]),
    ],
)
def test_prices_are_those_of_the_table(beginning: str, found: list[float]) -> None:
    assert row(beginning)[-1] == "; ".join(map(shown, found))


def test_the_table_is_of_the_day_that_the_page_says() -> None:
    assert f"as of {TABLE['as_of']}: list prices" in PAGE
    assert TABLE["region"] in PAGE


@pytest.mark.parametrize("model", TABLE["tokens"])
def test_models_cost_what_the_page_says(model: str) -> None:
    assert row(f"`{model}`")[1:] == [shown(price) for price in TABLE["tokens"][model]]


NAMES = {
    "API Gateway requests": "api_gateway.request",
    "Lambda requests": "lambda.request",
    "DynamoDB write units": "dynamodb.write_unit",
    "DynamoDB read units": "dynamodb.read_unit",
    "SQS requests": "sqs.request",
    "Step Functions transitions": "step_functions.transition",
    "EventBridge events": "events.event",
    "S3 PUTs": "s3.put",
    "kB of logs": "logs.kb",
}


def test_every_call_that_is_counted_is_on_the_page() -> None:
    counted = TABLE["control_plane"]
    assert {*counted["job"], *counted["batch"]} == set(NAMES.values())
    for name, call in NAMES.items():
        assert row(name)[1:] == [str(counted[of].get(call, 0)) for of in ("job", "batch")]


def test_the_figures_of_estimates_are_those_of_the_kinds() -> None:
    [(heading, cells)] = re.findall(r"^(\| copied .*)\n.*\n(.*)$", PAGE, re.MULTILINE)
    names = [name.strip() for name in heading.strip("|").split("|")]
    figures = [float(cell) for cell in cells.strip("|").split("|")]
    known = {"copied": audio.SECONDS["copy"], "`normalize`, on top": audio.NORMALISING}
    known |= {"aac, m4a": audio.SECONDS["aac"], "summaries": text.SUMMARIES}
    assert figures == [known.get(name, audio.SECONDS.get(name)) for name in names]
    assert audio.SECONDS["aac"] == audio.SECONDS["m4a"]
    assert len(figures) + 1 == len(audio.SECONDS) + 2
    read = (
        f"{text.TOKENS_A_MINUTE}\ntokens a minute and {text.RULES:,} more to read, and {text.ANSWER} to write"
    )
    assert read in PAGE
    assert f"for ten minutes, at 25 MB/s; {text.FETCHING:.0f} s for a transcript" in PAGE
    assert audio.FETCHING == 60 / 25


def test_the_limits_are_the_ones_of_the_page() -> None:
    assert f"usage is kept for {days.KEPT_DAYS} days" in PAGE
    assert f"1 to {MAX_PERIODS} periods" in PAGE
    assert f"(1 to {estimates.MAX_MINUTES}; {estimates.DEFAULT_MINUTES} if left out)" in PAGE
    assert f"used to {limits.WARN_AT:.0%} or more" in PAGE.replace("80 %", "80%")
    assert all(f"`{name}`" in PAGE for name in GRANULARITIES)


def test_every_field_is_on_the_page() -> None:
    today = days.day_of(0)
    fields: dict[str, Any] = views.counters(Period(today, today, 0, 0, 0, Amounts())) | told(Amounts())
    assert [name for name in fields if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []


@pytest.mark.parametrize("part", ["/usage/", "/estimate"])
def test_every_route_is_on_the_page(part: str) -> None:
    routes = [path for path in app.routes if part in path and not path.startswith("/audio-extract")]
    assert len(routes) > 2
    assert [path for path in routes if f"{path.rpartition('/v1')[2]}`" not in PAGE] == []
