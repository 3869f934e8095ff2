"""What SQS accepts, how it refuses the rest, and how it shows a message."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from infra.local.account import ACCOUNT, REGION

Request = Mapping[str, Any]
Answer = dict[str, Any]


class SqsError(Exception):
    """`code` is the name in the JSON protocol, `query` the older one that SDKs show to their callers."""

    def __init__(self, code: str, message: str, query: str | None = None) -> None:
        super().__init__(message)
        self.code, self.query = code, query or code


def legacy(code: str, message: str) -> SqsError:
    return SqsError(code, message, f"AWS.SimpleQueueService.{code}")


def arn(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


def shown(row: sqlite3.Row, request: Request) -> Answer:
    known = {
        **json.loads(row["system"]),
        "SentTimestamp": str(int(row["sent"] * 1000)),
        "ApproximateReceiveCount": str(row["received"]),
        "ApproximateFirstReceiveTimestamp": str(int(row["first"] * 1000)),
    }
    if row["source"]:
        known["DeadLetterQueueSourceArn"] = row["source"]
    asked = [*(request.get("AttributeNames") or []), *(request.get("MessageSystemAttributeNames") or [])]
    body = row["body"]
    message = {"MessageId": row["id"], "ReceiptHandle": row["handle"], "Body": body, "MD5OfBody": md5(body)}
    given = picked(json.loads(row["attributes"]), request.get("MessageAttributeNames") or [])
    optional = {"Attributes": picked(known, asked), "MessageAttributes": given}
    return message | {key: value for key, value in optional.items() if value}


def picked(known: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {k: v for k, v in known.items() if "All" in names or k in names}


def between(request: Request, name: str, most: int, default: str | int = 0, least: int = 0) -> int:
    given = request.get(name)
    value = int(default if given is None else given)
    if not least <= value <= most:
        raise SqsError("InvalidParameterValue", f"Value {value} for parameter {name} is invalid.")
    return value


def check_body(body: str, most: int) -> None:
    if not body:
        raise SqsError("MissingParameter", "The request must contain the parameter MessageBody.")
    if len(body.encode()) > most:
        raise SqsError("InvalidParameterValue", f"Message must be shorter than {most} bytes.")


def check_entries(entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise legacy("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(entries) > 10:
        raise legacy("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise legacy("BatchEntryIdsNotDistinct", "Two entries have the same Id.")
    if sum(len((entry.get("MessageBody") or "").encode()) for entry in entries) > 1048576:
        raise legacy("BatchRequestTooLong", "Batch requests cannot be longer than 1048576 bytes.")


def checked_handle(handle: str) -> str:
    try:
        base64.b64decode(handle, validate=True)
    except ValueError:
        raise SqsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.") from None
    return handle


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
