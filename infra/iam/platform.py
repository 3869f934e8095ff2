"""What Lambda and Step Functions do by themselves with a role: no code of ours asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.iam.ask import Ask
from infra.local.account import arn
from infra.local.functions import Function
from infra.local.template import STACK_NAME

OF_QUEUES = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
"""For an event source mapping."""
OF_TRACES = ("PutTraceSegments", "PutTelemetryRecords")
OF_MACHINES = (*OF_TRACES, "GetSamplingRules", "GetSamplingTargets")


def of_function(
    function: Function, properties: Mapping[str, Any], resolve: Callable[[Any], Any]
) -> Iterator[Ask]:
    """`properties` are what the template says of it. Functions are traced (.chalice/config.json)."""
    for event in function.queues:
        yield from (Ask(f"sqs:{name}", resolve(event.queue)) for name in OF_QUEUES)
    yield from _logs(function, properties)
    yield from (Ask(f"xray:{name}", "*") for name in OF_TRACES)


def of_machine() -> Iterator[Ask]:
    yield from (Ask(f"xray:{name}", "*") for name in OF_MACHINES)


def _logs(function: Function, properties: Mapping[str, Any]) -> Iterator[Ask]:
    """A group that the template does not make is made by Lambda, after the name of the function."""
    name = f"/aws/lambda/{STACK_NAME}-{function.logical_id}"
    if "LogGroup" not in properties.get("LoggingConfig", {}):
        name += "-AbCdEfGhIjKl"
        yield Ask("logs:CreateLogGroup", arn("logs", f"log-group:{name}"))
    stream = arn("logs", f"log-group:{name}:log-stream:2030/01/01/[$LATEST]0123")
    yield from (Ask(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents"))
