"""DELETE on both faces: what has ended goes, and then its ids answer as unknown ones."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import keys as api_keys
from chalicelib.audio import inbox_items
from chalicelib.batches import children, deletion, finish, ids, store
from chalicelib.clock import now_ms
from chalicelib.settings import settings
from tests.api import jobs as audio
from tests.api import video_jobs as text
from tests.api.conftest import Api
from tests.api.wall_clock import wall
from tests.batches.aws_faults import hooked, refusing
from tests.batches.stored import keys, put, rows
from tests.clock import FakeClock

__all__ = ["wall"]
AUDIO = "/audio-extract/v1"
TEXT = "/api/v1"
JOBS = (
    f"{AUDIO}/status/",
    "/v1/status/",
    f"{AUDIO}/download/",
    f"{TEXT}/videos/status/",
    f"{TEXT}/videos/result/",
)
BATCHES = (f"{AUDIO}/batch/", f"{TEXT}/batch/status/", f"{TEXT}/batch/results/")
EXPORTS = ("json", "md", "html", "csv", "txt", "srt", "vtt", "pdf")


def token(text_id: str) -> str:
    address = ids.parse(text_id)
    assert address
    return address.token


def audio_batch(api: Api) -> tuple[str, str]:
    made = api.post("/v1/batch", {"jobs": [audio.extract_body()], "metadata": {"a": "b"}}).json["data"]
    return made["batchId"], made["jobs"][0]["jobId"]


def text_batch(api: Api, **fields: Any) -> tuple[str, str]:
    made = text.batch_of(api, text.item(), **fields)
    return made["batch_id"], made["individual_jobs"][0]["job_id"]


def unknown(api: Api, batch_id: str, job_id: str) -> None:
    """As for ids that never were, on every route that takes one."""
    for path in JOBS:
        answer = api.get(path + job_id)
        assert (answer.status, answer.error["code"]) == (404, "JOB_NOT_FOUND"), path
    for format in EXPORTS:  # noqa: A001
        assert api.get(f"{TEXT}/videos/export/{job_id}/{format}").status == 404
    for path in BATCHES:
        answer = api.get(path + batch_id)
        assert (answer.status, answer.error["code"]) == (404, "BATCH_NOT_FOUND"), path
    for path in (f"{AUDIO}/batch/{batch_id}", f"{TEXT}/batch/{batch_id}", f"/v1/batch/{batch_id}"):
        assert api("DELETE", path).error["code"] == "BATCH_NOT_FOUND"
    for path in (f"{AUDIO}/jobs/{job_id}", f"{TEXT}/videos/{job_id}"):
        assert api("DELETE", path).error["code"] == "JOB_NOT_FOUND"


def test_an_audio_batch(api: Api) -> None:
    batch_id, job_id = audio_batch(api)
    audio.completed(job_id)
    finish.aggregate({"batch_id": batch_id})
    answer = api("DELETE", f"{AUDIO}/batch/{batch_id}")
    assert (answer.status, answer.json) == (
        200,
        {"success": True, "data": {"batchId": batch_id, "deleted": True}, "message": "Batch deleted"},
    )
    unknown(api, batch_id, job_id)
    assert keys() == []


def test_a_text_batch(api: Api) -> None:
    batch_id, job_id = text_batch(api)
    text.completed(job_id)
    api("HEAD", f"{TEXT}/videos/export/{job_id}/srt")  # lies in the bucket from now on
    finish.aggregate({"batch_id": batch_id})
    assert len(keys(job_id)) == 3
    answer = api("DELETE", f"{TEXT}/batch/{batch_id}")
    assert answer.json == {"success": True, "data": {"batch_id": batch_id, "deleted": True}}
    unknown(api, batch_id, job_id)
    assert keys() == []
    for name in ("batch", "videos"):
        page = api.get(f"{TEXT}/{name}").json["data"]
        assert (page["total"], page["batches" if name == "batch" else "videos"]) == (0, [])


@pytest.mark.parametrize("failed", [False, True])
def test_a_single_audio_job(api: Api, failed: bool) -> None:
    job_id = api.post("/v1/extract", audio.extract_body()).json["data"]["jobId"]
    audio.failed(job_id) if failed else audio.completed(job_id)
    answer = api("DELETE", f"/v1/jobs/{job_id}")
    assert answer.json["data"] == {"jobId": job_id, "deleted": True}
    unknown(api, ids.batch_id(token(job_id)), job_id)
    assert keys() == []


def test_a_single_video(api: Api) -> None:
    job_id = text.video_of(api, captions="Hello there")
    assert len(keys("captions/")) == 1
    text.completed(job_id)
    answer = api("DELETE", f"{TEXT}/videos/{job_id}")
    assert answer.json["data"] == {"job_id": job_id, "deleted": True}
    unknown(api, ids.batch_id(token(job_id)), job_id)
    assert keys() == []


@pytest.mark.parametrize("face", ["audio", "text"])
def test_what_runs_is_not_deleted(api: Api, face: str) -> None:
    batch_id, job_id = audio_batch(api) if face == "audio" else text_batch(api)
    prefix = AUDIO if face == "audio" else TEXT
    for step in ("queued", "processing"):
        if step == "processing":
            audio.started(job_id)
        answer = api("DELETE", f"{prefix}/batch/{batch_id}")
        assert (answer.status, answer.error["code"]) == (409, "STILL_RUNNING")
        assert answer.error["message"] == "The batch has not ended: wait until it has, then delete it"
    assert text.stored(job_id)


def test_a_single_one_that_runs_is_not_deleted(api: Api) -> None:
    for path in (
        "/v1/jobs/" + api.post("/v1/extract", audio.extract_body()).json["data"]["jobId"],
        f"{TEXT}/videos/" + text.video_of(api),
    ):
        answer = api("DELETE", path)
        assert (answer.status, answer.error["code"]) == (409, "STILL_RUNNING")
        assert answer.error["message"].startswith("The job has not ended")


def test_a_job_of_a_batch_is_not_deleted_alone(api: Api) -> None:
    for made, path in ((audio_batch(api), "/v1/jobs/"), (text_batch(api), f"{TEXT}/videos/")):
        answer = api("DELETE", path + made[1])
        assert (answer.status, answer.error["code"]) == (409, "JOB_OF_BATCH")
        assert made[0] in answer.error["message"]


@pytest.mark.parametrize("face", ["audio", "text"])
def test_of_others_nothing_is_deleted(api: Api, face: str) -> None:
    """Neither another account's, nor what came in by the other API, nor a batch under a job's id."""
    batch_id, job_id = audio_batch(api) if face == "audio" else text_batch(api)
    audio.failed(job_id) if face == "audio" else text.failed(job_id)
    stranger = {"x-api-key": api_keys.create("other")}
    mine, theirs = (AUDIO, TEXT) if face == "audio" else (TEXT, AUDIO)
    assert api("DELETE", f"{mine}/batch/{batch_id}", headers=stranger).status == 404
    assert api("DELETE", f"{theirs}/batch/{batch_id}").status == 404
    noun = "jobs" if face == "audio" else "videos"
    assert api("DELETE", f"{mine}/{noun}/{batch_id.replace('batch', 'job')}").status == 404
    assert api("DELETE", f"{mine}/batch/{batch_id}", headers={"x-api-key": "no"}).status == 401
    assert store.load(token(batch_id))


def test_the_audio_api_says_which_ids_are_none(api: Api) -> None:
    assert api("DELETE", "/v1/batch/x").error["code"] == "INVALID_BATCH_ID"
    assert api("DELETE", "/v1/jobs/x").error["code"] == "INVALID_JOB_ID"
    assert api("DELETE", f"{TEXT}/videos/x?now=1").status == 422


def test_ids_of_the_batch_itself_are_no_jobs(api: Api) -> None:
    batch_id, _ = audio_batch(api)
    for path in ("status", "download"):
        assert api.get(f"/v1/{path}/{batch_id.replace('batch', 'job')}").error["code"] == "JOB_NOT_FOUND"


def test_an_upload_goes_with_its_job_and_what_is_known_of_it(api: Api) -> None:
    body = {"size": 3, "filename": "secret project.mp4"}
    made = api.post("/v1/uploads", body).json["data"]["uploadId"]
    aws.s3().put_object(Bucket=settings().bucket, Key=f"uploads/{made}", Body=b"abc")
    source = {"type": "upload", "file": made}
    job_id = api.post("/v1/extract", audio.extract_body(source=source)).json["data"]["jobId"]
    other = put("uploads/another")
    audio.completed(job_id)
    assert api("DELETE", f"/v1/jobs/{job_id}").status == 200
    assert keys() == [other]
    assert inbox_items.find("acme", made) is None
    again = api.post("/v1/extract", audio.extract_body(source=source))
    assert (again.status, again.error["code"]) == (400, "INVALID_SOURCE")


def test_speech_that_was_left_goes_too(api: Api) -> None:
    job_id = text.video_of(api, options={"speech_to_text": True})
    left = [put(f"speech/{job_id}{ending}") for ending in (".flac", ".video.json")]
    other = put(f"speech/{job_id[:-1]}f.flac")
    text.failed(job_id)
    assert set(left) < set(keys())
    assert api("DELETE", f"{TEXT}/videos/{job_id}").status == 200
    assert keys() == [other]


def test_transcripts_kept_for_everybody_stay(api: Api) -> None:
    kept = put("transcripts/youtube/aircAruvnKk/auto.captions.json")
    job_id = text.video_of(api)
    text.completed(job_id)
    assert api("DELETE", f"{TEXT}/videos/{job_id}").status == 200
    assert keys() == [kept]


def test_the_videos_of_a_playlist_go_with_it(api: Api) -> None:
    job_id = text.video_of(api, video_url=text.PLAYLIST)
    parent = audio.started(job_id)
    child = children.submit(parent, [{"url": text.WATCH}], now_ms)
    parent = text.stored(job_id)
    ended = store.complete(parent, {"expanded": {}, "child_batch_id": child}, now=now_ms()).job
    finish.settle(ended)
    video = ids.job_id(token(child), 1)
    answer = api("DELETE", f"{TEXT}/videos/{job_id}")
    assert (answer.status, child in answer.error["message"]) == (409, True)
    text.completed(video)
    assert api("DELETE", f"{TEXT}/videos/{job_id}").status == 200
    unknown(api, child, video)
    assert keys() == []


def test_a_playlist_that_ends_while_it_is_looked_up_keeps_its_videos(api: Api) -> None:
    """Else it would go without them: read as it ran, in a batch that has ended."""
    job_id = text.video_of(api, video_url=text.PLAYLIST)
    reads = []

    def end(params: Any, **_: Any) -> None:
        reads.append(params["body"])
        if len(reads) == 2:  # of the first item, of the second
            parent = audio.started(job_id)
            child = children.submit(parent, [{"url": text.WATCH}], now_ms)
            outcome = {"expanded": {}, "child_batch_id": child}
            finish.settle(store.complete(text.stored(job_id), outcome, now=now_ms()).job)

    with hooked("before-call.dynamodb.GetItem", end):
        answer = api("DELETE", f"{TEXT}/videos/{job_id}")
    assert len(reads) > 2
    assert (answer.status, answer.error["code"]) == (409, "STILL_RUNNING")


def test_an_expired_batch_can_be_deleted(api: Api, wall: FakeClock) -> None:
    batch_id, job_id = text_batch(api, expires_after=3600)
    text.completed(job_id)
    wall.forward(7200)
    assert api("DELETE", f"{TEXT}/batch/{batch_id}").status == 200
    unknown(api, batch_id, job_id)


def test_it_is_deleted_for_callers_although_s3_is_away(api: Api) -> None:
    batch_id, job_id = audio_batch(api)
    audio.completed(job_id)
    with refusing("s3", "ListObjectsV2"):
        assert api("DELETE", f"/v1/batch/{batch_id}").status == 200
    unknown(api, batch_id, job_id)
    assert len(keys(job_id)) == 1
    deletion.resume(token(batch_id))
    assert keys(job_id) == []


def test_a_job_is_unknown_while_its_items_are_still_there(api: Api) -> None:
    """Whoever asks in the midst of a deletion sees all of it or nothing."""
    batch_id, job_id = text_batch(api)
    text.completed(job_id)
    with refusing("dynamodb", "BatchWriteItem"):
        assert api("DELETE", f"{TEXT}/batch/{batch_id}").status == 200
    assert [row["sk"] for row in rows(token(job_id))] == ["#", "J#001"]
    unknown(api, batch_id, job_id)


def test_of_two_calls_at_once_one_is_told_that_there_is_nothing(api: Api) -> None:
    batch_id, job_id = audio_batch(api)
    audio.failed(job_id)
    found = store.load(token(batch_id))
    assert found
    calls = []

    def overtake(**_: Any) -> None:
        calls.append("")
        if len(calls) == 1:
            assert deletion.delete(*found)

    with hooked("before-call.dynamodb.PutItem", overtake):
        assert api("DELETE", f"/v1/batch/{batch_id}").status == 404
    assert len(calls) == 2


def test_a_repeat_under_the_key_of_what_was_deleted_is_refused(api: Api) -> None:
    body = {"jobs": [text.item()]}
    made = api.post(f"{TEXT}/batch/process", body, idempotency_key="k").json["data"]
    text.failed(made["individual_jobs"][0]["job_id"])
    assert api("DELETE", f"{TEXT}/batch/{made['batch_id']}").status == 200
    answer = api.post(f"{TEXT}/batch/process", body, idempotency_key="k")
    assert (answer.status, answer.error["code"]) == (422, "IDEMPOTENCY_CONFLICT")
    assert "was deleted" in answer.error["message"]
