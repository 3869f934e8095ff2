"""Messages that lie in queues of dead letters."""

from __future__ import annotations

import argparse
import json
import math
from typing import Any

import boto3

from infra.admin import stacks

_WAITING, _HIDDEN = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


def add_to(commands: Any) -> None:
    redrive = commands.add_parser("redrive", help="dead letters go back to the queues they came from")
    redrive.add_argument("--queue", help="a part of its name; all queues of dead letters if left out")
    redrive.set_defaults(run=_redrive)


def _redrive(given: argparse.Namespace) -> None:
    sqs = boto3.client("sqs")
    dead = _dead_letter_queues(sqs, stacks.queue_urls(given.local))
    chosen = {arn: url for arn, url in dead.items() if (given.queue or "") in arn.rpartition(":")[2]}
    if not chosen:
        raise ValueError(f"--queue {given.queue}: there are {', '.join(sorted(_names(dead)))}")
    for arn, url in sorted(chosen.items()):
        found = _attributes(sqs, url)
        waiting, hidden = int(found[_WAITING]), int(found[_HIDDEN])
        if waiting or hidden:
            sqs.start_message_move_task(SourceArn=arn)
        print(f"{arn.rpartition(':')[2]}: {waiting} messages go back")
        if hidden:
            minutes = math.ceil(int(found["VisibilityTimeout"]) / 60)
            print(f"  {hidden} more are being read, and return within {minutes} minutes: run it again then")


def _dead_letter_queues(sqs: Any, urls: list[str]) -> dict[str, str]:
    """URLs by ARN: of the queues that others name as theirs for dead letters."""
    attributes = {url: _attributes(sqs, url) for url in urls}
    policies = [json.loads(each["RedrivePolicy"]) for each in attributes.values() if "RedrivePolicy" in each]
    targets = {policy["deadLetterTargetArn"] for policy in policies}
    by_arn = {each["QueueArn"]: url for url, each in attributes.items()}
    return {arn: by_arn[arn] for arn in targets & by_arn.keys()}


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def _names(arns: Any) -> set[str]:
    return {arn.rpartition(":")[2] for arn in arns}
