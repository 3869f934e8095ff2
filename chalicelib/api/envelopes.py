"""The envelope both APIs answer in, and the one place where exceptions become answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Response

from chalicelib.errors import BatchreelError, RequestError, ServiceUnavailable, TryLater

log = logging.getLogger(__name__)
_JSON = {"Content-Type": "application/json"}
Details = Callable[[BatchreelError], dict[str, Any]]
"""The `details` member of an error: the two APIs differ in its form."""


def details_as_text(error: BatchreelError) -> dict[str, Any]:
    return {"details": error.details} if error.details else {}


def success(
    data: Any,
    status: int = 200,
    message: str | None = None,
    headers: Mapping[str, str] | None = None,
    meta: Mapping[str, str] | None = None,
) -> Response:
    body = {"success": True, "data": data} | ({"message": message} if message else {})
    return _answer(body | ({"meta": meta} if meta else {}), status, headers)


def failure(
    error: BatchreelError, headers: Mapping[str, str] | None = None, details: Details = details_as_text
) -> Response:
    described = {"code": error.code, "message": error.message, **details(error)}
    retry = (
        {"Retry-After": str(error.retry_after)} if isinstance(error, TryLater | ServiceUnavailable) else {}
    )
    return _answer({"success": False, "error": described}, error.status, {**retry, **(headers or {})})


def _answer(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), {**_JSON, **(headers or {})}, status)


def enveloped(view: Callable[..., Response], details: Details = details_as_text) -> Callable[..., Response]:
    """Whatever a view raises is answered in the envelope: never a stack trace, never Chalice's own body."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except RequestError as error:
            return failure(error, details=details)
        except (ClientError, BotoCoreError, ServiceUnavailable):
            log.exception("a service we depend on failed")
            away = ServiceUnavailable("The service is temporarily unavailable: try again in a moment")
            return failure(away, details=details)
        except Exception:
            log.exception("request broke")
            fault = BatchreelError("An unexpected error occurred: try again, and report it if it stays")
            return failure(fault, details=details)

    return guarded
