"""What the operator is told of webhooks, on the stack's event bus. At least once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.batches import event_bus

EXHAUSTED: Final = "webhook.exhausted"
ENDPOINT_DISABLED: Final = "webhook.endpoint_disabled"
VERSION: Final = 1


def put(detail_type: str, detail: Mapping[str, Any]) -> None:
    """Raises ServiceUnavailable when the bus did not take it."""
    event_bus.put(detail_type, json.dumps({"version": VERSION, **detail}))
