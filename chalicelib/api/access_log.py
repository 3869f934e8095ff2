"""One line for each request: who, what, and how it ended. A route and no path, no query, no body, no key."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from chalice.app import Response

log = logging.getLogger(__name__)


def logged(request: Any, get_response: Callable[[Any], Response]) -> Response:
    """Middleware. `extra` becomes fields of Lambda's JSON lines."""
    began = time.monotonic()
    response = get_response(request)
    admission = getattr(request, "admission", None)
    line = {
        "method": request.method,
        "route": request.context["resourcePath"],
        "status": response.status_code,
        "ms": round((time.monotonic() - began) * 1000),
        "account": admission and admission.account.id,
        "key_id": admission and admission.key.id,
        "api_request_id": request.context.get("requestId"),
    }
    text = "{method} {route} {status} {ms} ms, account {account}, key {key_id}"
    log.info(text.format_map(line), extra=line)
    return response
