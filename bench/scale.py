"""Which quota of AWS is met first, and at how many jobs a minute, by what docs/cost.md counts of an item.

The quotas are defaults of us-east-1 as AWS documents them; an account may have others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench import dynamodb_units
from bench.cost_items import TRANSITIONS
from bench.cost_tables import row
from infra.local import template
from infra.local.account import ROOT

CASES: Final = ("audio, copied", "mp3, 128k", "captions, embedded summary")
KEY_UNITS: Final = 1000
"""Write units a second of one partition."""
RUNNING: Final = (10, 100, 1000)


@dataclass(frozen=True)
class Quota:
    name: str
    of: str
    """What is counted: a name of the price table, `seconds` of a worker, or `executions`."""
    most: float
    """A second, or at once."""


def quotas() -> Sequence[Quota]:
    return (
        Quota("workers of one queue (`WorkerConcurrency`)", "seconds", workers()),
        Quota("requests (`ApiRate`)", "api_gateway.request", requests()),
        Quota("Lambda, concurrent executions", "seconds", 1000),
        Quota("SQS, messages in flight of one queue", "seconds", 120_000),
        Quota("DynamoDB, write units of one table", "dynamodb.write_unit", 40_000),
        Quota("DynamoDB, read units of one table", "dynamodb.read_unit", 40_000),
        Quota("S3, PUTs of one prefix", "s3.put", 3500),
        Quota("EventBridge, PutEvents", "events.event", 10_000),
        Quota("API Gateway, requests", "api_gateway.request", 10_000),
        Quota("Step Functions, StartExecution", "executions", 300),
        Quota("Step Functions, transitions", "step_functions.transition", 5000),
        Quota("KMS, requests", "kms.request", 10_000),
    )


def workers() -> int:
    """Of the normal queue of each kind, if the operator does not say."""
    return int(template.whole()["Parameters"]["WorkerConcurrency"]["Default"])


def requests() -> int:
    """A second, likewise."""
    return int(template.whole()["Parameters"]["ApiRate"]["Default"])


def main() -> None:
    page = (ROOT / "docs" / "cost.md").read_text()
    counts = {case: counted(page, case) for case in CASES}
    for lines in (table(counts), keys(counts)):
        print("\n" + "\n".join(lines))


def counted(page: str, case: str) -> Mapping[str, float]:
    """Of an item, as the page's second table says; `seconds` are those that are billed."""
    heading = _cells(page, "of an item")[0]
    cells = next(found for found in _cells(page, case) if len(found) == len(heading))
    counts = {name: float(cell) for name, cell in zip(heading[1:], cells[1:], strict=True)}
    counts["seconds"] = counts["billed s"]
    counts["executions"] = counts["step_functions.transition"] / TRANSITIONS
    counts["dynamodb.write_unit"] += counts["progress, write units"]
    return counts


def _cells(page: str, beginning: str) -> list[list[str]]:
    rows = re.findall(rf"^\| {re.escape(beginning)} \|.*$", page, re.MULTILINE)
    return [[cell.strip() for cell in each.strip("|").split("|")] for each in rows]


def met_at(quota: Quota, counts: Mapping[str, float]) -> float:
    """Jobs a minute."""
    return 60 * quota.most / counts[quota.of] if counts[quota.of] else float("inf")


def table(counts: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What comes first stands first."""
    heading = ["met at so many jobs a minute", "default", *counts]
    ranked = sorted(quotas(), key=lambda quota: min(met_at(quota, each) for each in counts.values()))
    lines = [row(*heading), row(*["---"] * len(heading))]
    for quota in ranked:
        rates = [f"{met_at(quota, each):,.0f}" for each in counts.values()]
        lines.append(row(quota.name, f"{quota.most:,.0f}", *rates))
    return lines


def keys(counts: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What one partition key of a table lets through."""
    heading = ["one partition key", "write units", "jobs a minute"]
    lines = [row(*heading), row(*["---"] * len(heading))]
    for name, units in key_units(counts).items():
        lines.append(row(name, f"{units:.1f}", f"{60 * KEY_UNITS / units:,.0f}"))
    return lines


def key_units(counts: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """Of a job. All that it writes is taken to lie under its batch's key, as most of it does."""
    batches = {f"a batch: {case}": each["dynamodb.write_unit"] for case, each in counts.items()}
    turns = {f"an account's turns, {n:,} jobs at once": float(turn_units(n)) for n in RUNNING}
    return {**batches, **turns, "an account in the index `by_account`": 1.0}


def turn_units(running: int) -> int:
    """Taken and passed on: two writes of the row that holds every running job."""
    slots = {f"job_{number:016x}.1" for number in range(running)}
    held = {"pk": {"S": "R#account"}, "sk": {"S": "#"}, "running": {"SS": slots}}
    return 2 * dynamodb_units.write_units(held, held, [])


if __name__ == "__main__":
    main()
