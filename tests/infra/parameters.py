"""The template as an operator's parameters make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local import template


def resolver(
    given: Mapping[str, object] | None = None,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    document: Mapping[str, Any] | None = None,
) -> template.Resolver:
    """`given` in the place of defaults; `known` resources by logical id; `document` if not the whole one."""
    found = document or template.whole()
    values = {name: {"Default": value} for name, value in (given or {}).items()}
    resources = known or {}
    return template.Resolver(
        {**found, "Parameters": {**found["Parameters"], **values}}, resources.__getitem__
    )
