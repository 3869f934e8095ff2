"""The event `webhook.test`, sent to one endpoint by the way of all events."""

from __future__ import annotations

import secrets

from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.batches import finish


def send(endpoint: Endpoint) -> str:
    """Starts one delivery, and gives its id."""
    digits = secrets.token_hex(8)
    delivery = {
        "subject": endpoint.id,
        "account": endpoint.account,
        "event_id": f"evt_test_{digits}",
        "recipient": endpoint.id,
        "attempt": 1,
    }
    finish.start(f"{endpoint.id}-test-{digits}", {"scope": "test", "deliveries": [delivery]})
    return f"dlv_test_{digits}_{endpoint.id}"
