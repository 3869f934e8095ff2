"""What a deleted stack leaves behind because it holds data, and how that is deleted too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

_KEEPS = ("Retain", "RetainExceptOnCreate")
_GONE = ("ResourceNotFoundException", "NoSuchBucket", "NotFoundException")
KEY_DAYS = 30
"""Until KMS deletes the key: the longest it offers. As long it can be taken back."""


@dataclass(frozen=True)
class Kept:
    kind: str
    """CloudFormation's type."""
    name: str
    """Physical: the table's or bucket's name, the key's id."""


def of(cloudformation: Any, stack: str) -> list[Kept]:
    """By the template of a stack, named by its id if it is deleted. CloudFormation knows for 90 days."""
    template = cloudformation.get_template(StackName=stack)["TemplateBody"]["Resources"]
    kept = {name for name, resource in template.items() if resource.get("DeletionPolicy") in _KEEPS}
    return sorted(
        (
            Kept(each["ResourceType"], each["PhysicalResourceId"])
            for each in resources(cloudformation, stack)
            if each["LogicalResourceId"] in kept
        ),
        key=lambda each: (each.kind, each.name),
    )


def resources(cloudformation: Any, stack: str) -> list[Any]:
    """All that exist or were kept."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    return [e for e in found if e.get("PhysicalResourceId") and e["ResourceStatus"] != "DELETE_COMPLETE"]


def delete(kept: Kept) -> str:
    """What became of it. May be called again. Raises ClientError."""
    deleter = DELETERS.get(kept.kind)
    if deleter is None:
        return "kept: delete it by hand"
    try:
        return deleter(kept.name)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return "gone already"
        raise


def _delete_table(name: str) -> str:
    dynamodb = boto3.client("dynamodb")
    if dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    return "deleted"


def _delete_bucket(name: str) -> str:
    bucket = boto3.resource("s3").Bucket(name)
    bucket.object_versions.delete()
    bucket.delete()
    return "emptied and deleted"


def _delete_key(key_id: str) -> str:
    kms = boto3.client("kms")
    if "DeletionDate" not in kms.describe_key(KeyId=key_id)["KeyMetadata"]:
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=KEY_DAYS)
    date = kms.describe_key(KeyId=key_id)["KeyMetadata"]["DeletionDate"]
    return f"will be deleted on {date:%Y-%m-%d}"


DELETERS: dict[str, Callable[[str], str]] = {
    "AWS::DynamoDB::Table": _delete_table,
    "AWS::S3::Bucket": _delete_bucket,
    "AWS::KMS::Key": _delete_key,
}
