"""A job and the batch that it asked for."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.batches import ids, store
from chalicelib.batches.model import Batch, Job


def tokens(parent: Job) -> Sequence[str]:
    """Of the child batches that the attempts of this job would make; only one of them does."""
    return [ids.derived_token("children", parent.id, str(n)) for n in range(1, parent.attempt + 1)]


def child_of(parent: Job) -> Batch | None:
    return next((batch for token in tokens(parent) if (batch := store.get_batch(token))), None)


def parent_of(batch: Batch) -> Job | None:
    address = ids.parse(batch.parent) if batch.parent else None
    return store.get_job(*address) if address else None
