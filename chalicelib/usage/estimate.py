"""What jobs will probably cost, before they are accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.settings import WORKER_MB
from chalicelib.usage import priced
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.used import Used

TWICE: Final = 2
"""A slow source, or a second try; and by how much a model may read and write more or less."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Of one job, as its kind tells. Seconds of a worker with `memory_mb`."""

    least: float
    likely: float
    memory_mb: int = WORKER_MB
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    recogniser: str | None = None
    """That may be asked, if there is nothing to read."""
    speech_ms: int = 0
    expands: bool = False
    """Into jobs that nobody can count yet."""


@dataclass(frozen=True)
class Estimate:
    low: Amounts
    likely: Amounts
    high: Amounts


def estimate(efforts: Sequence[Effort]) -> Estimate:
    """Of one batch."""
    return Estimate(
        _total([_job(each, each.least, 1 / TWICE) for each in efforts]),
        _total([_job(each, each.likely, 1) for each in efforts]),
        _total([_job(each, each.likely * TWICE, TWICE, listens=True) for each in efforts]),
    )


def _total(jobs: Sequence[Amounts]) -> Amounts:
    return sum(jobs, start=priced.batch())


def _job(effort: Effort, seconds: float, share: float, *, listens: bool = False) -> Amounts:
    """`share`: of the likely tokens."""
    ms = round(seconds * 1000)
    used = Used(
        model=effort.model,
        tokens_in=round(effort.tokens_in * share),
        tokens_out=round(effort.tokens_out * share),
        recogniser=effort.recogniser if listens else None,
        speech_ms=effort.speech_ms if listens else 0,
    )
    return priced.work(used, compute_ms=ms, compute_mb_ms=ms * effort.memory_mb)
