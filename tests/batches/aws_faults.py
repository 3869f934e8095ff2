"""Failures of AWS calls, made at the SDK's own event hooks: nothing of ours is replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws

CLIENTS: tuple[Callable[[], Any], ...] = (
    aws.dynamodb,
    aws.sqs,
    aws.stepfunctions,
    aws.s3,
    aws.events,
    aws.kms,
)


@contextmanager
def hooked(event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """`event` as botocore names it: `before-call.sqs.SendMessageBatch`, or just `before-call`."""
    clients = [make() for make in CLIENTS]
    for client in clients:
        client.meta.events.register(event, handler)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister(event, handler)


@contextmanager
def refusing(
    service: str, operation: str, *, after: int = 0, code: str = "ServiceUnavailable"
) -> Iterator[None]:
    """The operation answers with an error, from call number `after` + 1 on."""
    calls = 0

    def refuse(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise ClientError({"Error": {"Code": code, "Message": "away"}}, operation)

    with hooked(f"before-call.{service}.{operation}", refuse):
        yield
