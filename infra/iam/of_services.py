"""Calls of the services that take one JSON document, as the permissions they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra.iam import of_dynamodb
from infra.iam.ask import Ask
from infra.local.account import arn

Request = Mapping[str, Any]
_SQS = {"SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage"}
"""Those that have no permission of their own name."""


def _sqs(operation: str, request: Request) -> list[Ask]:
    queue = str(request.get("QueueUrl", "*")).rpartition("/")[2]
    return [Ask(f"sqs:{_SQS.get(operation, operation)}", arn("sqs", queue))]


def _states(operation: str, request: Request) -> list[Ask]:
    named = request.get("stateMachineArn") or request.get("executionArn") or "*"
    return [Ask(f"states:{operation}", str(named))]


def _events(operation: str, request: Request) -> list[Ask]:
    if operation != "PutEvents":
        return [Ask(f"events:{operation}", "*")]
    return [Ask("events:PutEvents", _bus(entry["EventBusName"])) for entry in request["Entries"]]


def _bus(named: str) -> str:
    return named if named.startswith("arn:") else arn("events", f"event-bus/{named}")


def _kms(operation: str, request: Request) -> list[Ask]:
    context = request.get("EncryptionContext", {})
    keys = {f"kms:EncryptionContext:{name}": (value,) for name, value in context.items()}
    return [Ask(f"kms:{operation}", str(request["KeyId"]), keys)]


def _transcribe(operation: str, request: Request) -> list[Ask]:
    """A start names no resource: the job is not there yet."""
    name = "*" if operation == "StartTranscriptionJob" else request["TranscriptionJobName"]
    return [Ask(f"transcribe:{operation}", arn("transcribe", f"transcription-job/{name}"))]


SERVICES: dict[str, Callable[[str, Request], list[Ask]]] = {
    "AmazonSQS": _sqs,
    "AWSEvents": _events,
    "AWSStepFunctions": _states,
    "DynamoDB_20120810": of_dynamodb.asks,
    "Transcribe": _transcribe,
    "TrentService": _kms,
}
"""By the first part of X-Amz-Target."""
