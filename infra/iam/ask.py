"""What a call needs: the same for whoever judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ask:
    """One action on one resource, as IAM judges it."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of condition keys."""

    def __str__(self) -> str:
        told = [f"{key}={','.join(values)}" for key, values in sorted(self.context.items())]
        return " ".join([self.action, "on", self.resource, *told])
