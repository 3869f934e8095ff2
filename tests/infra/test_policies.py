"""What a deletion, a cancel and a retry call, each of the functions that carry them out may call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chalicelib.audio import inbox, inbox_items
from chalicelib.batches import cancelling, deletion, finish, ids, retrying, store, watchdog
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Submission, submit
from chalicelib.clock import now_ms
from tests.batches.aws_faults import hooked, refusing
from tests.batches.stored import put
from tests.conftest import Cloud

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
NEEDED = {
    "GetItem": "dynamodb:GetItem",
    "PutItem": "dynamodb:PutItem",
    "UpdateItem": "dynamodb:UpdateItem",
    "DeleteItem": "dynamodb:DeleteItem",
    "TransactWriteItems": "dynamodb:UpdateItem",
    "BatchWriteItem": "dynamodb:BatchWriteItem",
    "Query": "dynamodb:Query",
    "ListObjectsV2": "s3:ListBucket",
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObject",
}
FOLDERS = ("jobs", "batches", "uploads", "captions", "speech")


def statements(file: str, action: str) -> list[dict[str, Any]]:
    found = json.loads((POLICIES / file).read_text())["Statement"]
    return [each for each in found if action in each["Action"]]


@contextmanager
def called() -> Iterator[set[str]]:
    seen: set[str] = set()
    with hooked("before-call", lambda model, **_: seen.add(model.name)):
        yield seen


def ended(kind: str, request: dict[str, Any]) -> str:
    new = Submission("acme", kind, "audio_v1", [NewJob(request)], single=True)
    token = submit(new).batch.token
    job = store.claim(token, 1, now=now_ms(), lease_until=now_ms() + 60_000).job
    assert job
    finish.settle(store.complete(job, {}, now=now_ms()).job)
    put(f"jobs/2d/{job.id}/1/a")
    return token


def everything() -> list[str]:
    upload, _ = inbox_items.announce(
        "acme", size=1, content_type="video/mp4", filename=None, idempotency=None, now=now_ms()
    )
    put(inbox.object_key(upload.url))
    request = {"url": "https://example.com/a", "captions_key": put("captions/a"), "speech_to_text": True}
    tokens = [ended("audio", {"url": upload.url, "format": "mp3"}), ended("text", request)]
    put(f"speech/job_{tokens[1]}001.flac")
    return tokens


def test_the_api_may_delete(cloud: Cloud) -> None:
    tokens = everything()
    with called() as seen:
        for token in tokens:
            loaded = store.load(token)
            assert loaded
            assert deletion.delete(*loaded)
    assert seen == set(NEEDED) - {"GetItem"}  # which the routes look jobs up by
    assert [name for name in seen if not statements("api.json", NEEDED[name])] == []


def test_the_watchdog_may_delete(cloud: Cloud) -> None:
    for token in everything():
        loaded = store.load(token)
        assert loaded
        with refusing("dynamodb", "Query"):
            deletion.delete(*loaded)
    with called() as seen:
        watchdog.sweep(lambda: now_ms() + deletion.FIRST_LOOK_MS)
    of_children = {"PutItem", "TransactWriteItems"}  # these mark and meter the batch of a playlist's videos
    assert seen == set(NEEDED) - of_children
    assert [name for name in seen | of_children if not statements("watchdog.json", NEEDED[name])] == []


@pytest.mark.parametrize("file", ["watchdog.json", "aggregate.json"])
def test_whoever_meters_may_write_to_rows_of_accounts_alone(file: str) -> None:
    accounts = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    [found] = [each for each in statements(file, "dynamodb:UpdateItem") if each["Resource"] == accounts]
    assert found["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}


def test_aggregating_calls_what_it_may(cloud: Cloud) -> None:
    token = ended("text", {"url": "https://example.com/a"})
    with called() as seen:
        finish.aggregate({"batch_id": ids.batch_id(token)})
        finish.aggregate({"batch_id": ids.batch_id(token)})
    of_dynamodb = {NEEDED[name] for name in seen & set(NEEDED)} | {NEEDED["GetItem"]}
    assert NEEDED["TransactWriteItems"] in of_dynamodb
    assert [action for action in of_dynamodb if not statements("aggregate.json", action)] == []


def test_the_usage_routes_may_read_the_counters_of_keys() -> None:
    [found] = statements("api.json", "dynamodb:BatchGetItem")
    assert found["Resource"] == {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    assert found["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["K#*"]}}


CONTROL = {
    "GetItem": "dynamodb:GetItem",
    "Query": "dynamodb:Query",
    "UpdateItem": "dynamodb:UpdateItem",
    "TransactWriteItems": "dynamodb:UpdateItem",
    "PutEvents": "events:PutEvents",
    "StartExecution": "states:StartExecution",
    "GetQueueAttributes": "sqs:GetQueueAttributes",
    "SendMessageBatch": "sqs:SendMessage",
}


def test_the_api_may_cancel_and_retry(cloud: Cloud) -> None:
    new = Submission("acme", "text", "video_v1", [NewJob({"url": "https://example.com/a"})])
    token = submit(new).batch.token
    waiting = store.load(token)
    assert waiting
    with called() as seen:
        cancelling.cancel_batch(*waiting)
    finish.aggregate({"batch_id": waiting[0].id})
    ended = store.load(token)
    assert ended
    with called() as seen_later:
        retrying.retry(*ended)
    assert seen | seen_later == set(CONTROL)
    for file in ("api.json", "watchdog.json"):
        assert [name for name in CONTROL if not statements(file, CONTROL[name])] == []


@pytest.mark.parametrize("file", ["api.json", "watchdog.json"])
def test_they_may_delete_what_belongs_to_batches_and_no_transcripts_of_all(file: str) -> None:
    [found] = statements(file, "s3:DeleteObject")
    assert found["Resource"] == [{"Fn::Sub": f"${{Bucket.Arn}}/{folder}/*"} for folder in FOLDERS]


def test_the_links_of_a_webhook_are_to_what_its_function_may_read() -> None:
    """A link can do no more than whoever signs it."""
    [found] = statements("deliver.json", "s3:GetObject")
    assert {"Fn::Sub": "${Bucket.Arn}/batches/*"} in found["Resource"]
