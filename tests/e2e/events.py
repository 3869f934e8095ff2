"""What a receiver of webhooks does with them."""

from __future__ import annotations

from typing import Any

from standardwebhooks import Webhook

from infra.local.stack import LocalStack
from tests.stand_ins.web import Receiver, Request
from tests.waiting import wait_for


def verified(stack: LocalStack, call: Request) -> Any:
    return Webhook(stack.webhook_secret).verify(call.body, call.headers)


def wait_for_event(stack: LocalStack, receiver: Receiver, event: str) -> list[tuple[str, Any]]:
    """Every call so far as (webhook-id, event), once one of that name has come."""

    def seen() -> list[tuple[str, Any]]:
        return [(call.headers["webhook-id"], verified(stack, call)) for call in list(receiver.calls)]

    wait_for(lambda: any(body["event"] == event for _, body in seen()))
    return seen()
