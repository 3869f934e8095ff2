"""Webhook endpoints that an account saves: for its jobs of both APIs."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

PREFIX = "/v1/webhooks"
_ANY_TYPE: dict[str, Any] = {
    "content_types": []
}  # never Chalice's own 415: a body is JSON whatever its type says


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)
    _all(blueprint)
    _one(blueprint)
    _secrets(blueprint)
    _deliveries(blueprint)
    _again(blueprint)
    return blueprint


def _all(blueprint: Blueprint) -> None:
    @blueprint.route("/", methods=["POST"], **_ANY_TYPE)
    def create_webhook() -> Response:
        from chalicelib.api.webhooks_v1 import endpoints

        return endpoints.create(blueprint.current_request)

    @blueprint.route("/", methods=["GET"], **_ANY_TYPE)
    def list_webhooks() -> Response:
        from chalicelib.api.webhooks_v1 import endpoints

        return endpoints.listed(blueprint.current_request)


def _one(blueprint: Blueprint) -> None:
    @blueprint.route("/{endpoint_id}", methods=["GET"], **_ANY_TYPE)
    def read_webhook(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import endpoints

        return endpoints.read(blueprint.current_request, endpoint_id)

    @blueprint.route("/{endpoint_id}", methods=["PATCH"], **_ANY_TYPE)
    def change_webhook(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import endpoints

        return endpoints.change(blueprint.current_request, endpoint_id)

    @blueprint.route("/{endpoint_id}", methods=["DELETE"], **_ANY_TYPE)
    def delete_webhook(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import endpoints

        return endpoints.delete(blueprint.current_request, endpoint_id)

    @blueprint.route("/{endpoint_id}/test", methods=["POST"], **_ANY_TYPE)
    def webhook_trial(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import trial

        return trial.send(blueprint.current_request, endpoint_id)


def _secrets(blueprint: Blueprint) -> None:
    @blueprint.route("/{endpoint_id}/rotate", methods=["POST"], **_ANY_TYPE)
    def rotate_webhook_secret(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import rotation

        return rotation.of_endpoint(blueprint.current_request, endpoint_id)

    @blueprint.route("/secret/rotate", methods=["POST"], **_ANY_TYPE)
    def rotate_account_secret() -> Response:
        from chalicelib.api.webhooks_v1 import rotation

        return rotation.of_account(blueprint.current_request)


def _deliveries(blueprint: Blueprint) -> None:
    @blueprint.route("/deliveries", methods=["GET"], **_ANY_TYPE)
    def list_deliveries() -> Response:
        from chalicelib.api.webhooks_v1 import deliveries

        return deliveries.listed(blueprint.current_request)

    @blueprint.route("/deliveries/{delivery_id}", methods=["GET"], **_ANY_TYPE)
    def read_delivery(delivery_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import deliveries

        return deliveries.read(blueprint.current_request, delivery_id)

    @blueprint.route("/deliveries/{delivery_id}/attempts/{number}", methods=["GET"], **_ANY_TYPE)
    def read_attempt(delivery_id: str, number: str) -> Response:
        from chalicelib.api.webhooks_v1 import deliveries

        return deliveries.attempt(blueprint.current_request, delivery_id, number)


def _again(blueprint: Blueprint) -> None:
    @blueprint.route("/deliveries/{delivery_id}/resend", methods=["POST"], **_ANY_TYPE)
    def resend_delivery(delivery_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import deliveries

        return deliveries.resend(blueprint.current_request, delivery_id)

    @blueprint.route("/{endpoint_id}/recover", methods=["POST"], **_ANY_TYPE)
    def recover_endpoint(endpoint_id: str) -> Response:
        from chalicelib.api.webhooks_v1 import recovery

        return recovery.begin(blueprint.current_request, endpoint_id)
