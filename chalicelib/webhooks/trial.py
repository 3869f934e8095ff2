"""The event `webhook.test`, sent to one endpoint by the way of all events."""

from __future__ import annotations

import secrets

from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.batches import finish
from chalicelib.webhooks import order
from chalicelib.webhooks.addresses import TEST_EVENT, Address
from chalicelib.webhooks.attempts import SCHEDULED


def send(endpoint: Endpoint) -> str:
    """Starts one delivery, and gives its id."""
    digits = secrets.token_hex(8)
    address = Address(TEST_EVENT + digits, endpoint.id)
    only = order.request(address, SCHEDULED, endpoint.account)
    finish.start(f"{endpoint.id}-test-{digits}", {"scope": "test", "deliveries": [only]})
    return address.delivery_id
