"""The HTTP faces. Views import their work when they run, so that a worker importing the app stays light."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice

from chalicelib.api import access_log, audio_v1, auth_v1, health, usage_v1, video_v1, webhooks_v1

# The bytes of any type may be asked for with any Accept, so API Gateway must treat all bodies as binary.
_BINARY = ["*/*"]
_ERRORS = 400
log = logging.getLogger(__name__)


def mount(app: Chalice) -> None:
    app.api.binary_types = _BINARY
    app.middleware("http")(access_log.logged)
    app.middleware("http")(_accept_anything)
    app.middleware("http")(_tell_rate)
    app.middleware("http")(_count_failure)
    app.register_blueprint(health.routes())
    for number, prefix in enumerate(audio_v1.PREFIXES):
        app.register_blueprint(audio_v1.routes(), name_prefix=f"audio_v1_{number}_", url_prefix=prefix)
    app.register_blueprint(video_v1.routes(), name_prefix="video_v1_", url_prefix=video_v1.PREFIX)
    app.register_blueprint(auth_v1.routes(), name_prefix="auth_v1_", url_prefix=auth_v1.PREFIX)
    app.register_blueprint(usage_v1.routes(), name_prefix="usage_v1_", url_prefix=usage_v1.PREFIX)
    app.register_blueprint(webhooks_v1.routes(), name_prefix="webhooks_v1_", url_prefix=webhooks_v1.PREFIX)


def _accept_anything(request: Any, get_response: Callable[[Any], Any]) -> Any:
    """No Accept header means any type (RFC 9110, 12.5.1); Chalice would refuse such a client's download."""
    if "accept" not in request.headers:
        request.headers = type(request.headers)({**request.headers, "accept": "*/*"})
    return get_response(request)


def _tell_rate(request: Any, get_response: Callable[[Any], Any]) -> Any:
    """access.admitted leaves it on the request, so that nothing of one can be told to another."""
    response = get_response(request)
    rate = getattr(request, "rate", None)
    if rate is not None:
        from chalicelib.api import rates

        response.headers.update(rates.headers(rate))
    return response


def _count_failure(request: Any, get_response: Callable[[Any], Any]) -> Any:
    """Of what was let in and counted. What cannot be counted is no reason to answer otherwise."""
    response = get_response(request)
    admission = getattr(request, "admission", None)
    if admission is not None and response.status_code >= _ERRORS:
        from chalicelib.usage import requests

        try:
            requests.failed(admission.key.digest)
        except Exception:
            log.warning("a failed request is not counted as one", exc_info=True)
    return response
