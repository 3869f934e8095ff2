"""What the operator is told of webhooks, on the stack's event bus. At least once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib import aws
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings

EXHAUSTED: Final = "webhook.exhausted"
ENDPOINT_DISABLED: Final = "webhook.endpoint_disabled"
VERSION: Final = 1


def put(detail_type: str, detail: Mapping[str, Any]) -> None:
    """Raises ServiceUnavailable when the bus did not take it."""
    answer = aws.events().put_events(
        Entries=[
            {
                "Source": "batchreel",
                "DetailType": detail_type,
                "Detail": json.dumps({"version": VERSION, **detail}),
                "EventBusName": settings().event_bus,
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise ServiceUnavailable(f"EventBridge took no event: {answer['Entries'][0].get('ErrorCode')}")
