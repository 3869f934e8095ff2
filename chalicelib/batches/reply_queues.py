"""Messages to the queue that somebody wants to be answered on. It may be gone, or take nothing from us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws

_REFUSALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "InvalidAddress",
        "InvalidMessageContents",
        "InvalidParameterValue",
        "KmsAccessDenied",
        "KmsDisabled",
        "KmsInvalidKeyUsage",
        "KmsInvalidState",
        "KmsNotFound",
        "KmsOptInRequired",
        "MissingParameter",
        "NonExistentQueue",
        "QueueDoesNotExist",
        "UnsupportedOperation",
    }
)


class QueueRefuses(Exception):
    """What the queue's owner must mend; the same message sent again would fare no better."""


def encode(message: Mapping[str, Any]) -> str:
    """JSON of characters that SQS takes: two that JSON may hold it does not."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def send(url: str, message: Mapping[str, Any]) -> None:
    """Raises QueueRefuses; any other error of the SDK is worth another try."""
    try:
        aws.sqs().send_message(QueueUrl=url, MessageBody=encode(message))
    except ClientError as error:
        code = error.response["Error"]["Code"].rpartition(".")[2]
        if code in _REFUSALS:
            raise QueueRefuses(code) from error
        raise
