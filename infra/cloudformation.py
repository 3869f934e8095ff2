"""What deploying and destroying both ask of CloudFormation."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

_CONSEQUENCES = ("creation cancelled", "update cancelled", "deletion cancelled")
"""Of what failed elsewhere: no reason."""


class Refused(Exception):
    """Why nothing more is done."""


def find(client: Any, name: str) -> Any:
    """The stack of this name, or None."""
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack


def failures(client: Any, stack: str, *, status: str = "_FAILED", token: str | None = None) -> list[str]:
    """Why resources came to a status that ends so, the first one first; with a token, in the operation that
    was started with it."""
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [event for page in pages for event in page["StackEvents"]]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event.get("ResourceStatus", "").endswith(status)
        and (token is None or event.get("ClientRequestToken") == token)
        and not event.get("ResourceStatusReason", "").lower().endswith(_CONSEQUENCES)
    ]
