"""GET /health: whether this deployment can serve. No key needed."""

from __future__ import annotations

from chalice.app import Blueprint, Response


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/health", methods=["GET"])
    def health() -> Response:
        from botocore.exceptions import BotoCoreError, ClientError

        from chalicelib.api.envelopes import failure, success
        from chalicelib.batches import queues, store
        from chalicelib.errors import ServiceUnavailable

        try:
            store.get_batch("0" * 13)
            waiting = {name: queues.backlog(*name.rsplit("-", 1)) for name in sorted(queues.names())}
        except (ClientError, BotoCoreError):
            return failure(ServiceUnavailable("The tables or queues do not answer"))
        return success({"status": "ok", "waiting": waiting})

    return blueprint
