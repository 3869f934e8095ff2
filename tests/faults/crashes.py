"""A process that dies before or after one of its AWS calls, whichever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.batches.model import BatchStatus
from chalicelib.batches.submit import Accepted
from tests.batches.aws_faults import hooked
from tests.batches.driver import executions, loaded, open_batches
from tests.conftest import Cloud

HOOK = ["https://example.com/hook"]


class Died(BaseException):
    """Nothing catches this, as nothing catches a SIGKILL."""


@contextmanager
def dying(call: int, moment: str) -> Iterator[Callable[[], int]]:
    """Die at that AWS call; yields how many calls there were."""
    calls = 0

    def count(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Died

    with hooked(moment, count):
        yield lambda: calls


def every_crash(
    step: Callable[[], object], reset: Callable[[], Callable[[], object]], *, only_aws: bool = True
) -> Iterator[None]:
    """Run `step` dying before its first AWS call and after each in turn; `reset` prepares a fresh step.

    Dying before the next call leaves the same behind, unless not `only_aws` is reached in between."""
    with dying(0, "before-call") as counted:
        step()
    total = counted()
    assert total > 2
    before = range(1, 2 if only_aws else total + 1)
    moments = [*(("before-call", call) for call in before), *(("after-call", n + 1) for n in range(total))]
    for moment, call in moments:
        fresh = reset()
        with dying(call, moment), pytest.raises(Died):
            fresh()
        yield


def ended_once(cloud: Cloud, accepted: Accepted, status: BatchStatus, jobs: int = 1) -> None:
    batch, found = loaded(accepted)
    assert batch.status is status
    assert batch.counted == set(range(1, jobs + 1))
    assert all(job.status.ended for job in found)
    mine = [name for name in executions() if batch.token in name]
    assert len([name for name in mine if name.startswith("batch_")]) == 1
    assert len([name for name in mine if name.startswith("job_")]) == jobs
    assert accepted.batch.token not in open_batches(cloud.clock)
