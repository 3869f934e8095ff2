"""What an account may do. Plans are data: plans.json has those that are shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

FEATURES: Final = ("summary_modes", "batch", "webhooks", "custom_instructions", "pdf_export")
"""summary_modes: all of them, where only `tldr` is free."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """None: without limit."""

    name: str
    features: frozenset[str]
    batch_size: int
    """Of one call; each face has its own limit, too."""
    videos_per_day: int | None
    videos_per_month: int | None
    requests_per_hour: int
    """Of one key."""
    concurrent_jobs: int | None
    retention_hours: int
    """At most; what asks for nothing and would be kept longer is kept so long."""
    priority: str
    """The highest."""
    keys: int
    """At one time."""

    @property
    def retention_seconds(self) -> int:
        return self.retention_hours * 3600

    def allows(self, feature: str) -> bool:
        return feature in self.features

    def to_json(self) -> str:
        return json.dumps(document(self), separators=(",", ":"))


def from_document(name: str, document: Mapping[str, Any]) -> Plan:
    """Of a document that is known to be one (infra.admin checks those of the operator)."""
    known = {field.name: document[field.name] for field in fields(Plan) if field.name in document}
    return Plan(**known | {"name": name, "features": frozenset(document["features"])})


def document(plan: Plan) -> dict[str, Any]:
    return asdict(plan) | {"features": sorted(plan.features)}


def changed(plan: Plan, overrides: Mapping[str, Any]) -> Plan:
    merged = document(plan) | dict(overrides)
    return from_document(merged["name"], merged)


def overrides(plan: Plan, base: Plan) -> dict[str, Any]:
    """What must be changed of `base` to have `plan`."""
    of_base = document(base)
    return {name: value for name, value in document(plan).items() if value != of_base[name]}


def from_json(text: str) -> Plan:
    document = json.loads(text)
    return from_document(document["name"], document)
