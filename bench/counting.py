"""Counts what AWS charges for while something runs on moto in this process, under the price table's names."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bench import dynamodb_units as dynamodb
from chalicelib import aws
from chalicelib.audio import upload
from chalicelib.batches.sizes import size
from chalicelib.settings import settings
from infra.local import account, template

CHARGED: Mapping[str, str] = {
    "SendMessage": "sqs.request",
    "SendMessageBatch": "sqs.request",
    "ReceiveMessage": "sqs.request",
    "DeleteMessage": "sqs.request",
    "ChangeMessageVisibility": "sqs.request",
    "GetQueueAttributes": "sqs.request",
    "PutEvents": "events.event",
    "PutObject": "s3.put",
    "CreateMultipartUpload": "s3.put",
    "UploadPart": "s3.put",
    "CompleteMultipartUpload": "s3.put",
    "ListObjectsV2": "s3.put",
    "GetObject": "s3.get",
    "HeadObject": "s3.get",
    "Encrypt": "kms.request",
    "Decrypt": "kms.request",
    "GenerateDataKey": "kms.request",
}
FREE = frozenset({"StartExecution", "DeleteObject", "DeleteObjects"})
"""The states of an execution are charged, not its start."""
WRITES = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}
READS = frozenset({"GetItem", "Query"})
JSON_LINE = 220
"""Bytes that Lambda's JSON form adds to a message: time, level, logger, request id, names of fields."""


class Counts(Counter[str]):
    """Also `calls`, for the time that they take."""

    def __init__(self) -> None:
        super().__init__()
        self.largest_job = 0
        """Bytes of the largest item of a job."""


@contextmanager
def counting() -> Iterator[Counts]:
    counts = Counts()
    watch = _Watch(counts)
    lines = _Lines(counts)
    clients = [*(make() for make in _CLIENTS), upload.impatient(aws.s3())]
    logging.getLogger().addHandler(lines)
    for client in clients:
        client.meta.events.register("before-call", watch.before)
        client.meta.events.register("after-call", watch.after)
    try:
        yield counts
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", watch.before)
            client.meta.events.unregister("after-call", watch.after)
        logging.getLogger().removeHandler(lines)


_CLIENTS: Sequence[Callable[[], Any]] = (
    *(aws.dynamodb, aws.sqs, aws.stepfunctions),
    *(aws.s3, aws.events, aws.kms),
)


class _Lines(logging.Handler):
    def __init__(self, counts: Counts) -> None:
        super().__init__(logging.INFO)
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("chalicelib"):
            self._counts["logs.kb"] += (len(record.getMessage()) + JSON_LINE) / 1000  # type: ignore[assignment]


class _Watch:
    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._lock = threading.Lock()
        self._plain = account.client("dynamodb", None)
        resources = template.whole()
        of_batches = resources["Resources"]["BatchesTable"]["Properties"]
        self._indexes = {settings().batches_table: dynamodb.indexes(of_batches)}

    def before(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        if model.service_model.service_name == "dynamodb":
            context["asked"] = json.loads(params["body"])
            context["rows"] = [(w, self._row(w)) for w in _writes(model.name, context["asked"])]

    def after(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        with self._lock:
            self._counts["calls"] += 1
            if model.service_model.service_name == "dynamodb":
                self._table(model.name, parsed, context)
            elif model.name not in FREE:
                self._counts[CHARGED[model.name]] += 1

    def _table(self, name: str, parsed: Any, context: Any) -> None:
        asked, times = context["asked"], 2 if name.startswith("Transact") else 1
        for write, before in context["rows"]:
            self._write(write, before, times)
        if name in READS:
            found = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            consistent = bool(asked.get("ConsistentRead"))
            self._counts["dynamodb.read_unit"] += dynamodb.read_units(found, consistent=consistent)  # type: ignore[assignment]
        elif not context["rows"]:
            raise NotImplementedError(name)

    def _write(self, write: Any, before: Any, times: int) -> None:
        after = self._row(write)
        known = self._indexes.get(write["TableName"], [])
        self._counts["dynamodb.write_unit"] += dynamodb.write_units(before, after, known, times=times)
        if after and after["sk"]["S"].startswith("J#"):
            self._counts.largest_job = max(self._counts.largest_job, size(after))

    def _row(self, write: Any) -> Any:
        address = write.get("Key") or {name: write["Item"][name] for name in ("pk", "sk")}
        answer = self._plain.get_item(TableName=write["TableName"], Key=address, ConsistentRead=True)
        return answer.get("Item")


def _writes(name: str, asked: Mapping[str, Any]) -> list[Any]:
    if name == "TransactWriteItems":
        return [write for item in asked["TransactItems"] for write in item.values()]
    if name == "BatchWriteItem":
        return [
            {"TableName": table, **next(iter(request.values()))}
            for table, requests in asked["RequestItems"].items()
            for request in requests
        ]
    return [asked] if name in WRITES else []
