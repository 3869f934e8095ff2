"""Links to the two files of an ended batch, made anew for each answer (docs/results.md)."""

from __future__ import annotations

from chalicelib.api import links
from chalicelib.api.links import Link
from chalicelib.batches.model import Batch


def links_to(batch: Batch, now: int) -> dict[str, Link | None]:
    """By `results` and `errors`. None until it is written, and once it has expired."""
    return {
        "results": _link(batch, batch.results_key, "results.jsonl", now),
        "errors": _link(batch, batch.errors_key, "errors.jsonl", now),
    }


def _link(batch: Batch, key: str | None, filename: str, now: int) -> Link | None:
    if key is None or batch.expires_at is None:
        return None
    return links.link(
        key, filename=filename, content_type="application/x-ndjson", now=now, expires_at=batch.expires_at
    )
