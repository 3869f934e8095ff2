"""What a plan must have for a request of this API."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.accounts.plan import Plan
from chalicelib.api.gates import Gate
from chalicelib.api.video_v1.models import BatchBody, VideoBody, VideoItem
from chalicelib.text.request import DEFAULT_MODE


def of_batch(plan: Plan, body: BatchBody) -> None:
    """Raises NotInPlan."""
    gate = Gate(plan)
    array, items = body.items
    gate.batch(len(items), array)
    if body.webhook_url:
        gate.feature("webhooks", "webhook_url")
    gate.priority(body.priority, "priority")
    for number, item in enumerate(items):
        _item(gate, item, f"{array}[{number}].")
    gate.life(body.expires_after, "expires_after")


def of_video(plan: Plan, body: VideoBody) -> None:
    """Raises NotInPlan."""
    gate = Gate(plan)
    _item(gate, body, "")
    gate.life(body.expires_after, "expires_after")


def _item(gate: Gate, item: VideoItem, place: str) -> None:
    gate.features(_features(item, place))
    gate.priority(item.priority, place + "priority")


def _features(item: VideoItem, place: str) -> Iterator[tuple[str, str]]:
    if set(item.modes) != {DEFAULT_MODE}:
        yield "summary_modes", place + item.modes_field
    if item.webhook_url:
        yield "webhooks", place + "webhook_url"
    if item.custom_instructions:
        yield "custom_instructions", place + "custom_instructions"
