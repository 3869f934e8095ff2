"""Whether a change set is to be executed, and what CloudFormation says of one that it could not make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra.deploy import changes

_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")
_TOLD_ELSEWHERE = ("DescribeEvents", "hook(s)", "EarlyValidation")
"""In a reason that is none: what was found wrong is among the events of the change set."""


class Kept(RuntimeError):
    """The change set could not be made, and only itself knows why."""


def worth_it(client: Any, change: str, *, back: bool = False, replace_data: bool = False) -> bool:
    """False if the stack already is as the template says. A change set that is not to be executed goes.
    Raises Refused, and RuntimeError with CloudFormation's reasons."""
    goes = True
    try:
        goes = not (_ready(client, change) and _allowed(client, change, back, replace_data))
    except Kept:
        goes = False
        raise
    finally:
        if goes:
            client.delete_change_set(ChangeSetName=change)
    return not goes


def _allowed(client: Any, change: str, back: bool, replace_data: bool) -> bool:
    """Raises Refused if it is not."""
    listed = changes.of(client, change)
    print("\n".join(changes.lines(listed)))
    if not replace_data:
        changes.check(listed, back=back)
    return True


def _ready(client: Any, change: str) -> bool:
    try:
        client.get_waiter("change_set_create_complete").wait(
            ChangeSetName=change, WaiterConfig={"Delay": 5, "MaxAttempts": 120}
        )
    except WaiterError as error:
        reason = client.describe_change_set(ChangeSetName=change).get("StatusReason", "no reason given")
        if any(words in reason for words in _NOTHING_TO_DO):
            print("nothing changes")
            return False
        raise _refusal(client, change, reason) from error
    return True


def _refusal(client: Any, change: str, reason: str) -> RuntimeError:
    told = f"CloudFormation refuses the change: {reason}"
    if not any(word in reason for word in _TOLD_ELSEWHERE):
        return RuntimeError(told)
    try:
        found = list(_found_wrong(client, change))
    except (ClientError, BotoCoreError):  # who may deploy may not always read these
        found = []
    if found:
        return RuntimeError("\n".join([told, *found]))
    return Kept(f"{told}\nlook for it in `aws cloudformation describe-events --change-set-name {change}`")


def _found_wrong(client: Any, change: str) -> Iterator[str]:
    """By validations and hooks, in their words."""
    pages = client.get_paginator("describe_events").paginate(ChangeSetName=change)
    for event in (event for page in pages for event in page["OperationEvents"]):
        why = event.get("ValidationStatusReason") or event.get("HookStatusReason")
        failed = event.get("ValidationStatus") == "FAILED" or event.get("HookStatus", "").endswith("FAILED")
        if failed and why:
            yield f"{event.get('LogicalResourceId', 'the template')}: {why}"
