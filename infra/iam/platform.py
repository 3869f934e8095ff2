"""What Lambda and Step Functions do by themselves with a role: no code of ours asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from infra.iam.ask import Ask
from infra.local.account import arn
from infra.local.functions import Function
from infra.local.template import STACK_NAME

OF_QUEUES = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""For an event source mapping."""
OF_TRACES = ("PutTraceSegments", "PutTelemetryRecords")
OF_TRACES_BY_RULE = (*OF_TRACES, "GetSamplingRules", "GetSamplingTargets")
OF_DELIVERIES = (
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)
"""By which a state machine's log comes into its group."""


def of_function(function: Function, resolve: Callable[[Any], Any]) -> Iterator[Ask]:
    """Functions are traced (.chalice/config.json)."""
    for event in function.queues:
        yield from (Ask(f"sqs:{name}", resolve(event.queue)) for name in OF_QUEUES)
    yield from _logs(function)
    yield from (Ask(f"xray:{name}", "*") for name in OF_TRACES)


def of_machine() -> Iterator[Ask]:
    yield from (Ask(f"xray:{name}", "*") for name in OF_TRACES_BY_RULE)
    yield from (Ask(f"logs:{name}", "*") for name in OF_DELIVERIES)


def _logs(function: Function) -> Iterator[Ask]:
    """The template makes the group."""
    name = f"/aws/lambda/{STACK_NAME}-{function.logical_id}"
    stream = arn("logs", f"log-group:{name}:log-stream:2030/01/01/[$LATEST]0123")
    yield from (Ask(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents"))
