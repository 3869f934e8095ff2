"""Which jobs are to be retried. Alike on both APIs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.batches.model import Batch, Job
from chalicelib.errors import RequestError


def over(batch: Batch, now: int) -> bool:
    """What has expired is as good as gone."""
    return batch.expires_at is not None and now >= batch.expires_at


def indexes(
    asked: Sequence[str] | None, jobs: Sequence[Job], field: str, refused: Callable[[str], RequestError]
) -> set[int] | None:
    """None: nothing was asked for. Raises what `refused` makes of a sentence."""
    if asked is None:
        return None
    known = {job.id: job.index for job in jobs}
    for place, each in enumerate(asked):
        if each not in known:
            raise refused(f"{field}[{place}]: is no job of this batch")
    return {known[each] for each in asked}
