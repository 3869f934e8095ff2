"""Usage of an account, in the shapes of YT2Text's usage routes, for jobs of both APIs."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

PREFIX = "/api/v1/usage"
_ANY_TYPE: dict[str, Any] = {
    "content_types": []
}  # never Chalice's own 415: a body is JSON whatever its type says


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/current", methods=["GET"], **_ANY_TYPE)
    def usage_current() -> Response:
        from chalicelib.api.usage_v1 import current

        return current.current(blueprint.current_request)

    @blueprint.route("/history", methods=["GET"], **_ANY_TYPE)
    def usage_history() -> Response:
        from chalicelib.api.usage_v1 import history

        return history.history(blueprint.current_request)

    @blueprint.route("/limits", methods=["GET"], **_ANY_TYPE)
    def usage_limits() -> Response:
        from chalicelib.api.usage_v1 import limits

        return limits.limits(blueprint.current_request)

    return blueprint
