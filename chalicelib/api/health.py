"""GET /health: whether this deployment can serve. No key needed."""

from __future__ import annotations

from chalice.app import Blueprint, Response


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)

    @blueprint.route("/health", methods=["GET"], content_types=[])
    def health() -> Response:
        from chalicelib.api.envelopes import enveloped, success
        from chalicelib.batches import queues, store

        @enveloped
        def answer() -> Response:
            store.get_batch("0" * 13)
            queues.backlog(*next(iter(queues.names())).rsplit("-", 1))
            return success({"status": "ok"})

        return answer()

    return blueprint
