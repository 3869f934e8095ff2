"""Which stack the commands are for: this process is pointed at it by its environment, like a function."""

from __future__ import annotations

import os

import boto3

from infra import credentials
from infra.admin import local_stack

VARIABLES = {
    "BatchesTable": "BATCHREEL_BATCHES_TABLE",
    "AccountsTable": "BATCHREEL_ACCOUNTS_TABLE",
    "Bucket": "BATCHREEL_BUCKET",
    "EventBus": "BATCHREEL_EVENT_BUS",
    "FinishArn": "BATCHREEL_FINISH_ARN",
    "SecretsKey": "BATCHREEL_KMS_KEY",
}
"""By the stack's outputs."""


def use(local: str | None) -> None:
    """`local`: URL of a stack on this machine, "" for the usual one; None: the stack that BATCHREEL_STACK
    names. Raises ValueError, and Refused without credentials or a region."""
    if local is not None:
        os.environ.update(local_stack.environment(local))
    elif stack := os.environ.get("BATCHREEL_STACK"):
        credentials.region()
        use_outputs(stack)
    elif "BATCHREEL_ACCOUNTS_TABLE" not in os.environ:
        raise ValueError(
            "name the deployed stack in BATCHREEL_STACK, or send --local for that of `make local`"
        )


def queue_urls(local: str | None) -> list[str]:
    """Of every queue of the stack."""
    if local is not None:
        return boto3.client("sqs").list_queues().get("QueueUrls", [])
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    found = [
        resource
        for page in pages.paginate(StackName=os.environ["BATCHREEL_STACK"])
        for resource in page["StackResourceSummaries"]
    ]
    return [each["PhysicalResourceId"] for each in found if each["ResourceType"] == "AWS::SQS::Queue"]


def use_outputs(name: str) -> None:
    """As functions of the stack of this name are."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    for output in stack["Outputs"]:
        if output["OutputKey"] in VARIABLES:
            os.environ[VARIABLES[output["OutputKey"]]] = output["OutputValue"]
