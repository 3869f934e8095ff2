"""The calls that the price table counts for each job and batch are the ones that are made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chalicelib.batches import finish
from chalicelib.usage import prices
from tests.batches.aws_faults import hooked
from tests.batches.conftest import engine
from tests.batches.driver import accept, work_off
from tests.conftest import Cloud

__all__ = ["engine"]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("engine")


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """AWS calls by what the price table charges for them."""
    seen: Counter[str] = Counter()

    def note(model: Any, params: Any, **_: Any) -> None:
        seen.update({model.name: 1})
        if model.name == "TransactWriteItems":  # each of its writes is charged twice
            seen.update({"transacted": 2 * _transacted(params)})

    with hooked("before-call", note):
        yield seen


def _transacted(params: Any) -> int:
    return len(json.loads(params["body"])["TransactItems"])


UNITS = {
    "GetItem": {"dynamodb.read_unit": 1},
    "Query": {"dynamodb.read_unit": 1},
    "UpdateItem": {"dynamodb.write_unit": 1},
    "DeleteMessage": {"sqs.request": 1},
    "GetQueueAttributes": {"sqs.request": 1},
    "PutEvents": {"events.event": 1},
    "PutObject": {"s3.put": 1},
}
"""What a call is charged for, at least. Messages are sent and received by tens, so of these few are new."""


def charged(cloud: Cloud, jobs: int) -> Counter[str]:
    with counted() as seen:
        accepted = accept(cloud.clock, *["ok"] * jobs)
        work_off(cloud.clock)
        finish.aggregate({"batch_id": accepted.batch.id})
    units: Counter[str] = Counter({"dynamodb.write_unit": seen.pop("transacted")})
    for call, count in seen.items():
        units.update({unit: n * count for unit, n in UNITS.get(call, {}).items()})
    return units


def test_no_call_is_left_out_of_the_price(cloud: Cloud) -> None:
    one, two = charged(cloud, 1), charged(cloud, 2)
    job, batch = two - one, one - (two - one)
    told = prices.table()["control_plane"]
    assert job["dynamodb.write_unit"] > 5
    assert {unit: n for unit, n in job.items() if n > told["job"].get(unit, 0)} == {}
    assert {unit: n for unit, n in batch.items() if n > told["batch"].get(unit, 0)} == {}


def test_transitions_are_those_of_a_batch_without_webhooks() -> None:
    """Its start, and the states on its way to the end."""
    states = json.loads((ROOT / "infra" / "finish.asl.json").read_text())["States"]
    way = ["Route", "Aggregate", "Any deliveries", "Done"]
    assert states["Route"]["Choices"][0]["Next"] == "Aggregate"
    assert states["Aggregate"]["Next"] == "Any deliveries"
    assert states["Any deliveries"]["Default"] == "Done"
    assert prices.table()["control_plane"]["batch"]["step_functions.transition"] == 1 + len(way)
