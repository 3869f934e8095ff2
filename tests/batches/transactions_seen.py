"""Transactions as they go over the wire, and how large DynamoDB takes them to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chalicelib.batches.sizes import size
from tests.batches.aws_faults import hooked

Actions = list[dict[str, Any]]


@contextmanager
def transactions() -> Iterator[list[Actions]]:
    """The actions of each, in order."""
    seen: list[Actions] = []

    def note(params: Mapping[str, Any], **_: Any) -> None:
        seen.append(json.loads(params["body"])["TransactItems"])

    with hooked("before-call.dynamodb.TransactWriteItems", note):
        yield seen


def bytes_put(actions: Actions) -> int:
    return sum(map(size, puts(actions)))


def puts(actions: Actions) -> list[dict[str, Any]]:
    return [action["Put"]["Item"] for action in actions if "Put" in action]
