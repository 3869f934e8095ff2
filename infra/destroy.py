"""Delete a deployed stack: `python -m infra.destroy --stage dev`; its data only with `--data delete`.

Needs AWS credentials and a region in the environment. May be run again after it was interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra import cloudformation as cloud
from infra import credentials, kept_data
from infra.cloudformation import Refused
from infra.deploy import stage_files
from infra.kept_data import Kept

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def destroy(stack: str, *, data: bool, confirmed: bool) -> None:
    """With `data` also what it keeps. Raises Refused, and RuntimeError with CloudFormation's reasons."""
    cloudformation = boto3.client("cloudformation")
    living = cloud.find(cloudformation, stack)
    kept = list(_kept(cloudformation, [living] if living else _deleted(cloudformation, stack)))
    waiting = _waiting(cloudformation, living["StackId"]) if living else {}
    _announce(stack, bool(living), waiting, kept if data else ())
    if (living or (data and kept)) and not confirmed:
        _ask(stack)
    if living:
        delete_stack(cloudformation, living["StackId"])
    for each in kept:
        print(f"{each.kind:22}{each.name}  {kept_data.delete(each) if data else 'kept'}")


def _kept(cloudformation: Any, stacks: Iterable[Any]) -> Iterator[Kept]:
    for each in stacks:
        if each["StackStatus"] != "REVIEW_IN_PROGRESS":  # a change set that was not executed has no template
            yield from kept_data.of(cloudformation, each["StackId"])


def _deleted(cloudformation: Any, name: str) -> list[Any]:
    """All that had this name, the last one first. Raises Refused if there was none."""
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    stacks = [stack for page in pages for stack in page["StackSummaries"] if stack["StackName"] == name]
    if not stacks:
        raise Refused(f"there is no stack {name} in this account and region, nor was there in 90 days")
    return sorted(stacks, key=lambda stack: stack["CreationTime"], reverse=True)


def _waiting(cloudformation: Any, stack: str) -> dict[str, int]:
    """Messages by queue: they go with the stack."""
    sqs: Any = boto3.client("sqs")
    counted = {}
    for each in kept_data.resources(cloudformation, stack):
        if each["ResourceType"] == "AWS::SQS::Queue":
            url = each["PhysicalResourceId"]
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
            counted[url.rpartition("/")[2]] = sum(int(number) for number in told.values())
    return {name: number for name, number in counted.items() if number}


def _announce(stack: str, lives: bool, waiting: dict[str, int], data: Sequence[Kept]) -> None:
    print(f"stack {stack}: {'to be deleted, and its API with it' if lives else 'deleted already'}")
    for queue, number in sorted(waiting.items()):
        print(f"  with about {number} messages in {queue}")
    for each in data:
        print(f"  and all that is in {each.kind} {each.name}")


def _ask(stack: str) -> None:
    """Raises Refused unless the stack's name is typed."""
    try:
        typed = input("What is deleted cannot be brought back. Type the name of the stack to go on: ")
    except EOFError:
        typed = ""
    if typed.strip() != stack:
        raise Refused("that is not its name: nothing was deleted")


def delete_stack(cloudformation: Any, identifier: str) -> None:
    """Waits for the end. Raises RuntimeError with CloudFormation's reasons."""
    cloudformation.delete_stack(StackName=identifier)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=identifier)
    except WaiterError as error:
        reasons = "; ".join(cloud.failures(cloudformation, identifier, status="DELETE_FAILED"))
        raise RuntimeError(f"the stack was not deleted: {reasons}") from error
    print("the stack is deleted")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.destroy", description=__doc__)
    parser.add_argument("--stage", default="", help="if its stack has the usual name, batchreel-<stage>")
    parser.add_argument("--stack", default="", help="its name, if it has another")
    parser.add_argument("--data", choices=("keep", "delete"), default="keep", help="tables, bucket and key")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args(arguments)
    if not given.stack and not given.stage:
        parser.error("name it: make destroy STAGE=…, or STACK=…")
    try:
        name = stage_files.stack_name(given.stage, given.stack)
        credentials.region()
        destroy(name, data=given.data == "delete", confirmed=given.yes)
    except (Refused, RuntimeError) as error:
        sys.exit(str(error))
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"AWS did not do it: {error}")


if __name__ == "__main__":
    main()
