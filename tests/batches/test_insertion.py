"""What goes into one transaction: as much as DynamoDB takes, and no more."""

from __future__ import annotations

import pytest

from chalicelib.batches import transactions as writing
from tests.batches.driver import accept, loaded
from tests.batches.transactions_seen import bytes_put, puts, transactions
from tests.conftest import Cloud

DYNAMODB_TAKES = 4 * 1024 * 1024
LARGEST_ROW = 400 * 1024
"""Which a transaction counts for what it updates, whatever it changes of it."""
pytestmark = pytest.mark.usefixtures("engine")


@pytest.mark.parametrize("letter", ["x", "é", "😀"], ids=["of_1", "of_2", "of_4"])
def test_large_jobs_are_few_to_a_transaction(cloud: Cloud, letter: str) -> None:
    wish = letter * (45_000 // len(letter.encode()))
    with transactions() as seen:
        accepted = accept(cloud.clock, *[wish] * 100, takes=("a", "b"))
    sizes = [bytes_put(actions) for actions in seen]
    assert sum(sizes) > DYNAMODB_TAKES
    assert max(sizes) < DYNAMODB_TAKES - LARGEST_ROW
    assert [len(puts(actions)) for actions in seen] == [77, 23 + len(("a", "b", "the batch"))]
    assert [job.request["do"] for job in loaded(accepted)[1]] == [wish] * 100


def test_what_is_written_with_the_batch_counts_too(cloud: Cloud) -> None:
    """Its metadata, here, and the last of its jobs."""
    metadata = {str(number): "m" * 1000 for number in range(300)}
    with transactions() as seen:
        accept(cloud.clock, *["x" * 40_000] * 87, metadata=metadata)
    assert max(map(bytes_put, seen)) <= writing.MOST_BYTES
    assert sum(map(bytes_put, seen)) > writing.MOST_BYTES


def test_small_jobs_are_as_many_to_a_transaction_as_it_has_actions(cloud: Cloud) -> None:
    with transactions() as seen:
        accept(cloud.clock, *["ok"] * 230)
    assert [len(actions) for actions in seen] == [99, 99, 33]
