from __future__ import annotations

from chalicelib.batches.model import NewJob
from chalicelib.batches.order import Place, places


def jobs(*requests: str, high: int = 0) -> list[NewJob]:
    return [NewJob({"do": r}, "high" if n == high else "low") for n, r in enumerate(requests, start=1)]


def test_jobs_do_not_wait_for_each_other() -> None:
    assert places(jobs("a", "a"), merge_equal=False, parallel=True) == [Place(), Place()]


def test_of_equal_jobs_the_first_runs() -> None:
    assert places(jobs("a", "b", "a", "a"), merge_equal=True, parallel=True) == [
        Place(dependents=(3, 4)),
        Place(),
        Place(same_as=1, held=True),
        Place(same_as=1, held=True),
    ]


def test_of_equal_jobs_the_most_urgent_runs() -> None:
    first, second = places(jobs("a", "a", high=2), merge_equal=True, parallel=True)
    assert (first.same_as, second.dependents) == (2, (1,))


def test_a_serial_batch_is_a_chain() -> None:
    assert places(jobs("a", "a", "b"), merge_equal=False, parallel=False) == [
        Place(dependents=(2,)),
        Place(dependents=(3,), held=True),
        Place(held=True),
    ]


def test_the_chain_passes_over_equal_jobs() -> None:
    assert places(jobs("a", "a", "b"), merge_equal=True, parallel=False) == [
        Place(dependents=(2, 3)),
        Place(same_as=1, held=True),
        Place(held=True),
    ]
