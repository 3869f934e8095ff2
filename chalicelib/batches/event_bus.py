"""The stack's event bus."""

from __future__ import annotations

from typing import Final

from chalicelib import aws
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings

SOURCE: Final = "batchreel"


def put(detail_type: str, detail: str) -> None:
    """`detail` is JSON. Raises ServiceUnavailable when the bus did not take it."""
    answer = aws.events().put_events(
        Entries=[
            {
                "Source": SOURCE,
                "DetailType": detail_type,
                "Detail": detail,
                "EventBusName": settings().event_bus,
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise ServiceUnavailable(f"EventBridge took no event: {answer['Entries'][0].get('ErrorCode')}")
