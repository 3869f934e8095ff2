"""Plays the state machine for deliveries, as fast as its waits can be skipped."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings
from chalicelib.webhooks import recover
from chalicelib.webhooks.deliver import deliver
from tests.clock import FakeClock
from tests.webhooks.ended import RENDERER


def started() -> dict[str, Any]:
    """Inputs of all executions by their names."""
    states = aws.stepfunctions()
    listed = states.list_executions(stateMachineArn=settings().finish_arn)["executions"]
    arns = {each["name"]: each["executionArn"] for each in listed}
    return {
        name: json.loads(states.describe_execution(executionArn=arn)["input"]) for name, arn in arns.items()
    }


def attempt(request: Any, clock: FakeClock) -> dict[str, Any]:
    return deliver(request, RENDERER, clock, chance=lambda: 0.5)


def play(request: Any, clock: FakeClock) -> list[str]:
    """One delivery to its end; the outcomes of its attempts."""
    outcomes = []
    while True:
        request = attempt(request, clock)
        outcomes.append(request["outcome"])
        if request["outcome"] != "retry":
            return outcomes
        clock.forward(request["wait"])


def recover_all(request: Any, clock: FakeClock) -> int:
    """All pages of a recovery, and how many there were."""
    pages = 1
    while (request := recover.step(request, clock))["more"]:
        pages += 1
    return pages
