"""What the caller's plan has and has not. Each refusal names the place in the request that asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.accounts.plan import Plan
from chalicelib.batches.model import PRIORITIES
from chalicelib.errors import NotInPlan

_NAMES = {
    "summary_modes": "summary modes other than tldr",
    "batch": "batches",
    "webhooks": "webhooks",
    "custom_instructions": "custom instructions",
    "pdf_export": "PDF export",
}


@dataclass(frozen=True)
class Gate:
    """Each method raises NotInPlan."""

    plan: Plan
    code: str = NotInPlan.code
    """As the face says it."""

    def feature(self, name: str, place: str) -> None:
        if not self.plan.allows(name):
            raise self._closed(name, f"{place}: the plan {self.plan.name} has no {_NAMES[name]}")

    def features(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Pairs of feature and place."""
        for name, place in wanted:
            self.feature(name, place)

    def batch(self, size: int, array: str) -> None:
        self.feature("batch", array)
        most = self.plan.batch_size
        if size > most:
            sentence = f"{array}: the plan {self.plan.name} has batches of {most} at most"
            raise self._closed("batch_size", sentence)

    def priority(self, wanted: str | None, place: str) -> None:
        highest = self.plan.priority
        if wanted and PRIORITIES.index(wanted) > PRIORITIES.index(highest):
            least = f"the plan {self.plan.name} goes up to {highest}"
            raise self._closed("priority", f"{place}: the priority {wanted} is not for you, {least}")

    def life(self, seconds: int | None, place: str) -> None:
        most = self.plan.retention_seconds
        if seconds is not None and seconds > most:
            raise self._closed(
                "retention", f"{place}: the plan {self.plan.name} keeps results for {most} seconds at most"
            )

    def _closed(self, feature: str, sentence: str) -> NotInPlan:
        return NotInPlan(sentence, feature=feature, plan=self.plan.name, code=self.code)
