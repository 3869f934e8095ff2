"""Endpoints in the words of this API. Never with a secret: that is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.api import pace
from chalicelib.clock import iso


def endpoint(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "endpointId": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "events": list(endpoint.events),
        "enabled": endpoint.enabled,
        "disabledReason": endpoint.disabled_reason,
        "failingSince": pace.when(endpoint.failing_since),
        "createdAt": iso(endpoint.created_at),
        "updatedAt": iso(endpoint.updated_at),
    }
