"""Requests of the contract, and text jobs brought to a state without running them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib import aws
from chalicelib.batches import finish, ids, items, objects, store
from chalicelib.batches.model import Failure, Job
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from chalicelib.text.failures import CAUSES
from chalicelib.text.request import TextRequest
from chalicelib.text.result import Result
from chalicelib.text.summary import Point, Summary
from chalicelib.text.transcript import Cue, Transcript, Video
from tests.api.conftest import Api
from tests.api.jobs import started

WATCH = "https://www.youtube.com/watch?v=aircAruvnKk"
PLAYLIST = "https://www.youtube.com/playlist?list=PLZHQObOWTQDNU6R1_67000Dx_ZCJB-3pi"
VIDEO = Video(
    url=WATCH,
    video_id="aircAruvnKk",
    title="But what is a neural network?",
    author="3Blue1Brown",
    duration=1120.0,
    thumbnail="https://i.ytimg.com/vi/aircAruvnKk/hqdefault.jpg",
)
FACTS = (
    "engine",
    "kind",
    "model",
    "language",
    "custom_instructions_applied",
    "covered_until",
    "fallback_reason",
)
TRANSCRIPT = Transcript(
    video=VIDEO,
    cues=(Cue(0.0, 2.5, "This is a three."), Cue(2.5, 4.0, "It is sloppily written.")),
    language="en",
    language_name="English",
    is_generated=False,
    source="youtube",
)


def watch(number: int) -> str:
    return f"https://www.youtube.com/watch?v=video{number:06d}"


def item(number: int = 0, **fields: Any) -> dict[str, Any]:
    """Form A."""
    return {"video_url": watch(number), **fields}


def batch_of(api: Api, *items: Mapping[str, Any], path: str = "/api/v1/batch/process", **fields: Any) -> Any:
    answer = api.post(path, {"jobs": list(items), **fields})
    assert answer.status == 200, answer.body
    return answer.json["data"]


def video_of(api: Api, **fields: Any) -> str:
    answer = api.post("/api/v1/videos/process", {"video_url": WATCH, **fields})
    assert answer.status == 200, answer.body
    return str(answer.json["data"]["job_id"])


def stored(job_id: str) -> Job:
    address = ids.parse(job_id)
    assert address
    job = store.get_job(*address)
    assert job
    return job


def completed(job_id: str, transcript: Transcript = TRANSCRIPT, words: str = "Summary") -> Job:
    modes = TextRequest.from_json(stored(job_id).request).modes
    summaries = tuple(summary(mode) for mode in modes)
    keys = {name: f"{objects.of_job(stored(job_id))}1/{name}.json" for name in ("transcript", "result")}
    _put(keys["transcript"], transcript.to_json())
    _put(keys["result"], Result(transcript, summaries).to_json())
    known = ("video_id", "url", "title", "author", "duration", "thumbnail")
    outcome = {
        "video": {name: getattr(transcript.video, name) for name in known},
        "transcript": {
            "key": keys["transcript"],
            "language": transcript.language,
            "language_name": transcript.language_name,
            "is_generated": transcript.is_generated,
            "source": transcript.source,
            "segments": len(transcript.cues),
            "words": len(transcript.text.split()),
            "characters": len(transcript.text),
            "truncated": False,
            "translated_from": None,
            "cached": False,
        },
        "summaries": {made.mode: _told(made, f"{words} {made.mode}") for made in summaries},
        "result_key": keys["result"],
        "timings": {"transcript": 1.5, "summaries": 0.5},
        "warnings": [],
    }
    return _end(job_id, outcome)


def expanded(job_id: str) -> Job:
    seen = {"title": "Neural networks", "url": PLAYLIST, "videos": 4, "truncated": False}
    return _end(job_id, {"expanded": seen, "child_batch_id": "batch_0123456789abc000"})


def failed(job_id: str, code: str = "NO_CAPTIONS", details: str | None = None) -> Job:
    cause = CAUSES[code]
    failure = Failure(code, cause.message, cause.retry_after is not None, details)
    job = store.fail(started(job_id), failure, now=now_ms()).job
    finish.settle(job)
    assert job
    return job


def cancelled(job_id: str) -> Job:
    job = stored(job_id)
    store.cancel(job, now=now_ms())
    job = stored(job_id)
    finish.settle(job)
    return job


def summary(mode: str) -> Summary:
    return Summary(
        mode=mode,
        engine="embedded",
        kind="extractive",
        language="en",
        overview="A three.",
        points=(Point("This is a three.", 0.0, (0,)),),
        covered_until=6.5,
    )


def expire(job: Job, index: int | None = None) -> None:
    """`index` 0: the batch."""
    aws.dynamodb().update_item(
        TableName=settings().batches_table,
        Key=items.key(job.token, job.index if index is None else index),
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )


def _told(made: Summary, content: str) -> dict[str, Any]:
    return {"content": content, **{name: getattr(made, name) for name in FACTS}}


def _end(job_id: str, outcome: Mapping[str, Any]) -> Job:
    job = store.complete(started(job_id), outcome, now=now_ms()).job
    finish.settle(job)
    assert job
    return job


def _put(key: str, document: Any) -> None:
    body = json.dumps(document, ensure_ascii=False).encode()
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=body)
