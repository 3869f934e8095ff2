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


def success(
    data: Any, status: int = 200, message: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    body = {"success": True, "data": data} | ({"message": message} if message else {})
    return _answer(body, status, headers)


def failure(error: BatchreelError, headers: Mapping[str, str] | None = None) -> Response:
    described = {"code": error.code, "message": error.message}
    if error.details:
        described["details"] = error.details
    retry = {"Retry-After": str(error.retry_after)} if isinstance(error, TryLater) else {}
    return _answer({"success": False, "error": described}, error.status, {**retry, **(headers or {})})


def _answer(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), {**_JSON, **(headers or {})}, status)


def enveloped(view: Callable[..., Response]) -> Callable[..., Response]:
    """Whatever a view raises is answered in the envelope: never a stack trace, never Chalice's own body."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except RequestError as error:
            return failure(error)
        except (ClientError, BotoCoreError):
            log.exception("a service we depend on failed")
            return failure(
                ServiceUnavailable("The service is temporarily unavailable: try again in a moment")
            )
        except Exception:
            log.exception("request broke")
            return failure(
                BatchreelError("An unexpected error occurred: try again, and report it if it stays")
            )

    return guarded
