"""The process in which Lambda functions run: `python -m infra.local.worker <fd> <app module>`."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from infra.local import child
from infra.local.context import LambdaContext

log = logging.getLogger(__name__)


def run(handler: Callable[[Any, Any], Any], payload: bytes, context: LambdaContext) -> tuple[bytes, bool]:
    """The handler's answer as JSON, or its error as Lambda words it, and whether it is an error."""
    try:
        answer = handler(json.loads(payload or b"{}"), context)
    except Exception as error:
        log.exception("%s failed", context.function_name)
        return _described(error, type(error).__name__, context), True
    try:
        return json.dumps(answer).encode(), False
    except (TypeError, ValueError) as error:
        return _described(error, "Runtime.MarshalError", context), True


def _described(error: Exception, kind: str, context: LambdaContext) -> bytes:
    described = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": context.aws_request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
    return json.dumps(described).encode()


def main() -> None:
    child.configure_logging()
    connection, inbox = child.connect()
    handlers: Mapping[str, Callable[[Any, Any], Any]] = child.application().handler_map
    connection.send(None)
    while True:
        name, function, timeout, request_id, payload = inbox.get()
        connection.send(run(handlers[name], payload, LambdaContext(function, timeout, request_id)))


if __name__ == "__main__":
    main()
