"""Plans as the operator writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.accounts import plan as plan_form
from chalicelib.accounts import plans
from chalicelib.accounts.plan import Plan
from chalicelib.api import bodies
from chalicelib.api.bodies import Strict

_Limit = Annotated[int, Field(ge=1)]


class PlanDocument(Strict):
    """Every field, so that nobody has to know what one that is left out would mean."""

    features: list[Literal["summary_modes", "batch", "webhooks", "custom_instructions", "pdf_export"]]
    batch_size: _Limit
    videos_per_day: _Limit | None
    videos_per_month: _Limit | None
    requests_per_hour: _Limit
    concurrent_jobs: _Limit | None
    retention_hours: Annotated[int, Field(ge=1, le=720)]
    priority: Literal["low", "normal", "high"]
    keys: Annotated[int, Field(ge=1, le=100)]


def read(name: str, text: str) -> Plan:
    """Raises ValueError for a name that no plan may have, InvalidRequest for the document."""
    if not plans.well_formed(name):
        raise ValueError("a plan's name is 1 to 32 small letters, digits, dashes or underscores")
    document = bodies.document(text.encode())
    bodies.checked(PlanDocument, document, lambda *_: "INVALID_PLAN")
    return plan_form.from_document(name, document)


def check(name: str, plan: Plan) -> None:
    """Raises InvalidRequest."""
    document = {key: value for key, value in plan_form.document(plan).items() if key != "name"}
    bodies.checked(PlanDocument, document, lambda *_: "INVALID_PLAN")


def assignments(texts: Sequence[str]) -> Mapping[str, Any]:
    """Of `field=value` with a JSON value, or a text that is none. Raises ValueError."""
    return dict(map(_assignment, texts))


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in PlanDocument.model_fields:
        raise ValueError(f"--set {text}: send field=value; fields are {', '.join(PlanDocument.model_fields)}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
