"""Amounts of use, which add up: whole numbers only. Money is in billionths of a dollar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Amounts:
    batches: int = 0
    jobs_completed: int = 0
    jobs_failed: int = 0
    jobs_cancelled: int = 0
    media_ms: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    compute_ms: int = 0
    compute_mb_ms: int = 0
    speech_ms: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_unpriced: int = 0
    """Of these, of models that have no price."""
    compute_cost: int = 0
    control_cost: int = 0
    speech_cost: int = 0
    tokens_cost: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(**{name: n + getattr(other, name) for name, n in asdict(self).items()})

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(**{name: n - getattr(other, name) for name, n in asdict(self).items()})

    @property
    def cost(self) -> int | None:
        """None while some of it is unknown."""
        if self.tokens_unpriced:
            return None
        return self.compute_cost + self.control_cost + self.speech_cost + self.tokens_cost

    def to_json(self) -> dict[str, int]:
        """Without zeros."""
        return {name: n for name, n in asdict(self).items() if n}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> Amounts:
        return cls(**{field.name: int(data.get(field.name, 0)) for field in fields(cls)})
