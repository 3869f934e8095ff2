"""Batches and jobs as DynamoDB items, and back.

Free-form JSON (requests, outcomes, facts, usage) is kept as text: DynamoDB has no floats.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from chalicelib.batches.model import Batch, Failure, Job, JobStatus, Past

Item = dict[str, Any]
_JSON_FIELDS = ("request", "echo", "facts", "outcome", "error")
_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def values(plain: Mapping[str, Any]) -> Item:
    """DynamoDB attribute values; None and empty sets are left out, as DynamoDB has no empty sets."""
    return {
        name: _serializer.serialize(value)
        for name, value in plain.items()
        if value is not None and value != frozenset()
    }


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _integers(_deserializer.deserialize(value)) for name, value in item.items()}


def _integers(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, set):
        return frozenset(_integers(v) for v in value)
    if isinstance(value, list):
        return tuple(_integers(v) for v in value)
    return value


def key(token: str, index: int) -> Item:
    return values({"pk": f"B#{token}", "sk": sort_key(index)})


def name_key(name: str) -> Item:
    return values({"pk": f"N#{name}", "sk": "#"})


def sort_key(index: int) -> str:
    return f"J#{index:03x}" if index else "#"


def index_in(sort: str) -> int:
    return int(sort[2:], 16)


def encode(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def from_job(job: Job, ttl: int) -> Item:
    """`owner`, not `account`: only batches belong in the by_account index."""
    row = {f.name: getattr(job, f.name) for f in fields(job) if f.name not in ("token", "index", "account")}
    for name in _JSON_FIELDS:
        if row[name] is not None:
            row[name] = encode(asdict(row[name]) if name == "error" else dict(row[name]))
    row["webhooks"] = list(job.webhooks) or None
    row["dependents"] = list(job.dependents) or None
    row["history"] = past(job.history) if job.history else None
    return key(job.token, job.index) | values(row | {"owner": job.account, "ttl": ttl})


def to_job(item: Mapping[str, Any]) -> Job:
    row = plain(item)
    for name in _JSON_FIELDS:
        if name in row:
            row[name] = json.loads(row[name])
    row["status"] = JobStatus(row["status"])
    row["error"] = Failure(**row["error"]) if "error" in row else None
    row["history"] = tuple(map(_past, json.loads(row.get("history", "[]"))))
    return Job(
        token=row["pk"][2:],
        index=index_in(row["sk"]),
        account=row["owner"],
        webhooks=row.pop("webhooks", ()),
        **{f.name: row[f.name] for f in fields(Job) if f.name in row},
    )


def past(history: Sequence[Past]) -> str:
    return encode([asdict(each) for each in history])


def _past(row: dict[str, Any]) -> Past:
    error = Failure(**row["error"]) if row["error"] else None
    return Past(**row | {"status": JobStatus(row["status"]), "error": error})


def from_batch(batch: Batch, extra: dict[str, Any]) -> Item:
    row = {f.name: getattr(batch, f.name) for f in fields(batch) if f.name != "token"}
    row["webhooks"] = list(batch.webhooks) or None
    row["metadata"] = dict(batch.metadata) or None
    row["limits"] = dict(batch.limits) or None
    row["usage"] = batch.usage and encode(dict(batch.usage))
    return key(batch.token, 0) | values(row | extra)


def to_batch(item: Mapping[str, Any]) -> Batch:
    row = plain(item)
    if "usage" in row:
        row["usage"] = json.loads(row["usage"])
    return Batch(
        token=row["pk"][2:],
        webhooks=row.pop("webhooks", ()),
        **{f.name: row[f.name] for f in fields(Batch) if f.name in row},
    )
