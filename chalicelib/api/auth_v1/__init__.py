"""API keys of the caller's account, in the style of YT2Text's API: they are good for both APIs."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

PREFIX = "/api/v1/auth"
_ANY_TYPE: dict[str, Any] = {
    "content_types": []
}  # never Chalice's own 415: a body is JSON whatever its type says


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)
    _all(blueprint)
    _one(blueprint)
    _validation(blueprint)
    return blueprint


def _all(blueprint: Blueprint) -> None:
    @blueprint.route("/keys", methods=["POST"], **_ANY_TYPE)
    def create_key() -> Response:
        from chalicelib.api.auth_v1 import keys

        return keys.create(blueprint.current_request)

    @blueprint.route("/keys", methods=["GET"], **_ANY_TYPE)
    def list_keys() -> Response:
        from chalicelib.api.auth_v1 import keys

        return keys.listed(blueprint.current_request)


def _one(blueprint: Blueprint) -> None:
    @blueprint.route("/keys/{key_id}", methods=["GET"], **_ANY_TYPE)
    def read_key(key_id: str) -> Response:
        from chalicelib.api.auth_v1 import keys

        return keys.read(blueprint.current_request, key_id)

    @blueprint.route("/keys/{key_id}", methods=["PATCH"], **_ANY_TYPE)
    def change_key(key_id: str) -> Response:
        from chalicelib.api.auth_v1 import keys

        return keys.change(blueprint.current_request, key_id)

    @blueprint.route("/keys/{key_id}", methods=["DELETE"], **_ANY_TYPE)
    def revoke_key(key_id: str) -> Response:
        from chalicelib.api.auth_v1 import keys

        return keys.revoke(blueprint.current_request, key_id)

    @blueprint.route("/keys/{key_id}/rotate", methods=["POST"], **_ANY_TYPE)
    def rotate_key(key_id: str) -> Response:
        from chalicelib.api.auth_v1 import rotation

        return rotation.rotate(blueprint.current_request, key_id)


def _validation(blueprint: Blueprint) -> None:
    @blueprint.route("/validate", methods=["GET", "POST"], **_ANY_TYPE)
    def validate_key() -> Response:
        from chalicelib.api.auth_v1 import validation

        return validation.validate(blueprint.current_request)
