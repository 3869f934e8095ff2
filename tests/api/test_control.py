"""Cancel, retry and lists by status on both faces, each in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.accounts import keys as api_keys
from chalicelib.batches import finish, ids, store
from tests.api import jobs as audio
from tests.api import video_jobs as text
from tests.api.conftest import Api
from tests.api.wall_clock import wall
from tests.clock import FakeClock

__all__ = ["wall"]


class Face:
    """What one and the same call is called."""

    def __init__(self, api: Api, name: str) -> None:
        self.api, self.name = api, name
        self.audio = name == "audio"
        self.failed = audio.failed if self.audio else text.failed
        self.completed: Any = audio.completed if self.audio else text.completed
        self.job_key, self.ids_key = ("jobId", "jobIds") if self.audio else ("job_id", "job_ids")

    def batch(self, count: int = 2) -> tuple[str, list[str]]:
        if self.audio:
            bodies = [audio.extract_body(customId=str(n)) for n in range(count)]
            made = self.api.post("/v1/batch", {"jobs": bodies}).json["data"]
            return made["batchId"], [job["jobId"] for job in made["jobs"]]
        made = text.batch_of(self.api, *(text.item(n) for n in range(count)))
        return made["batch_id"], [job["job_id"] for job in made["individual_jobs"]]

    def single(self) -> str:
        if self.audio:
            return str(self.api.post("/v1/extract", audio.extract_body()).json["data"]["jobId"])
        return text.video_of(self.api)

    def path(self, verb: str, subject: str) -> str:
        batch = subject.startswith("batch")
        if self.audio:
            return f"/v1/{'batch' if batch else 'jobs'}/{subject}/{verb}"
        return f"/api/v1/{'batch' if batch else 'videos'}/{verb}/{subject}"

    def post(self, verb: str, subject: str, body: Any = None) -> Any:
        return self.api("POST", self.path(verb, subject), body)

    def status(self, subject: str) -> Any:
        batch = subject.startswith("batch")
        if self.audio:
            return self.api.get(f"/v1/{'batch' if batch else 'status'}/{subject}").json["data"]
        return self.api.get(f"/api/v1/{'batch' if batch else 'videos'}/status/{subject}").json["data"]

    def listed(self, query: str) -> list[str]:
        if self.audio:
            return [job["jobId"] for job in self.api.get(f"/v1/jobs{query}").json["data"]["jobs"]]
        return [job["job_id"] for job in self.api.get(f"/api/v1/videos{query}").json["data"]["videos"]]

    def tell(self, subject: str) -> None:
        address = ids.parse(subject)
        batch = store.get_batch(address.token) if address else None
        assert batch
        finish.aggregate({"batch_id": batch.id, "round": batch.round})


@pytest.fixture(params=["audio", "text"])
def face(request: pytest.FixtureRequest, api: Api) -> Face:
    return Face(api, request.param)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status, answer.error["code"]


def test_a_job_of_a_batch_is_cancelled(face: Face) -> None:
    batch_id, [first, second] = face.batch()
    answer = face.post("cancel", first)
    assert answer.status == 200
    assert answer.json["data"] == face.status(first)
    assert answer.json["data"]["status"] == "cancelled"
    assert face.status(second)["status"] == "queued"
    assert face.status(batch_id)["counts"]["cancelled"] == 1


def test_a_running_single_one_is_cancelled_and_has_no_result(face: Face, api: Api) -> None:
    job_id = face.single()
    audio.started(job_id)
    assert face.post("cancel", job_id).json["data"]["status"] == "cancelled"
    path = f"/v1/download/{job_id}" if face.audio else f"/api/v1/videos/result/{job_id}"
    assert refusal(api.get(path)) == (410, "JOB_CANCELLED")


def test_a_batch_is_cancelled_and_says_of_each_job_what_it_is(face: Face) -> None:
    batch_id, [first, *_] = face.batch(3)
    face.completed(first)
    answer = face.post("cancel", batch_id)
    assert (answer.status, answer.json["data"]) == (200, face.status(batch_id))
    assert answer.json["data"]["status"] == "partial_failure"
    counts = answer.json["data"]["counts"]
    assert (counts["completed"], counts["cancelled"]) == (1, 2)


def test_what_has_ended_is_not_cancelled_and_a_repeat_is_answered_alike(face: Face) -> None:
    batch_id, [job_id] = face.batch(1)
    face.completed(job_id)
    assert refusal(face.post("cancel", job_id)) == (409, "JOB_ENDED")
    assert refusal(face.post("cancel", batch_id)) == (409, "BATCH_ENDED")
    batch_id, [job_id] = face.batch(1)
    for subject in (batch_id, job_id):
        assert face.post("cancel", subject).json == face.post("cancel", subject).json


def test_a_batch_is_retried(face: Face) -> None:
    batch_id, [first, second] = face.batch()
    face.completed(first)
    face.failed(second)
    assert refusal(face.post("retry", batch_id)) == (409, "NOT_ENDED")  # not told yet
    assert face.post("retry", batch_id).headers["retry-after"] == "2"
    face.tell(batch_id)
    answer = face.post("retry", batch_id)
    assert (answer.status, answer.json["data"]) == (200, face.status(batch_id))
    assert answer.json["data"]["status"] == "processing"
    assert face.status(first)["status"] == "completed"
    again = face.status(second)
    assert (again["status"], "error" in again) == ("queued", False)
    [past] = again["history"]
    assert (past["round"], past["attempts"], past["status"]) == (0, 1, "failed")
    assert past["error"]["message"]
    assert past["endedAt" if face.audio else "ended_at"].endswith("Z")
    face.completed(second)
    assert face.status(batch_id)["status"] == "completed"
    assert face.status(second)["history"] == [past]


def test_only_the_jobs_that_are_named_are_retried(face: Face) -> None:
    batch_id, [first, second] = face.batch()
    for job_id in (first, second):
        face.failed(job_id)
    face.tell(batch_id)
    answer = face.post("retry", batch_id, {face.ids_key: [second]})
    assert answer.status == 200
    assert [face.status(job_id)["status"] for job_id in (first, second)] == ["failed", "queued"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"ids": ["job_0123456789abc001"]}, "{0}[0]: is no job of this batch"),
        ({"ids": []}, "{0}: must have at least 1 item"),
        ({"ids": "all"}, "{0}: must be an array"),
        ({"all": True}, "all: unknown field"),
    ],
)
def test_a_retry_of_what_is_not_there_is_refused(face: Face, body: dict[str, Any], complaint: str) -> None:
    batch_id, [job_id] = face.batch(1)
    face.failed(job_id)
    face.tell(batch_id)
    answer = face.post("retry", batch_id, {face.ids_key if k == "ids" else k: v for k, v in body.items()})
    assert refusal(answer) == (400 if face.audio else 422, "INVALID_REQUEST")
    assert answer.error["message"] == complaint.format(face.ids_key)
    assert face.status(job_id)["status"] == "failed"


def test_one_job_is_retried(face: Face) -> None:
    job_id = face.single()
    assert refusal(face.post("retry", job_id)) == (409, "NOT_ENDED")
    face.failed(job_id)
    face.tell(job_id)
    answer = face.post("retry", job_id)
    assert (answer.status, answer.json["data"]) == (200, face.status(job_id))
    face.completed(job_id)
    face.tell(job_id)
    assert refusal(face.post("retry", job_id)) == (409, "NOTHING_TO_RETRY")


def test_what_has_expired_is_not_retried(face: Face, wall: FakeClock) -> None:
    batch_id, [job_id] = face.batch(1)
    face.failed(job_id)
    face.tell(batch_id)
    wall.forward(25 * 3600)
    code = "FILE_EXPIRED" if face.audio else "RESULT_EXPIRED"
    assert refusal(face.post("retry", batch_id)) == (410, code)
    assert refusal(face.post("retry", job_id)) == (410, code)


def test_another_accounts_does_not_exist(face: Face, api: Api) -> None:
    batch_id, [job_id] = face.batch(1)
    api.key = api_keys.create("rival")
    for verb in ("cancel", "retry"):
        assert refusal(face.post(verb, batch_id)) == (404, "BATCH_NOT_FOUND")
        assert refusal(face.post(verb, job_id)) == (404, "JOB_NOT_FOUND")
    assert face.listed("") == []
    assert text.stored(job_id).status == "queued"


def test_a_body_that_means_nothing_is_refused(face: Face) -> None:
    batch_id, [job_id] = face.batch(1)
    for verb, subject in (("cancel", batch_id), ("cancel", job_id), ("retry", job_id)):
        assert refusal(face.post(verb, subject, {"force": True})) == (400, "INVALID_REQUEST")
    assert text.stored(job_id).status == "queued"


def test_jobs_are_listed_by_their_status(face: Face) -> None:
    _, [done, bad, waiting] = face.batch(3)
    single = face.single()
    face.completed(done)
    face.failed(bad)
    audio.started(single)
    assert sorted(face.listed("")) == sorted([done, bad, waiting, single])
    assert face.listed("?status=completed") == [done]
    assert face.listed("?status=failed") == [bad]
    assert face.listed("?status=queued") == [waiting]
    assert sorted(face.listed("?status=failed,processing")) == sorted([bad, single])
    assert face.listed("?status=cancelled") == []
    answer = face.api.get("/v1/jobs?status=done" if face.audio else "/api/v1/videos?status=done")
    assert refusal(answer) == (400 if face.audio else 422, "INVALID_REQUEST")
    assert answer.error["message"].startswith("status: must be one or more of queued, processing, completed")


def test_audio_jobs_come_in_pages(api: Api) -> None:
    face = Face(api, "audio")
    made = [job for _ in range(3) for job in face.batch(2)[1]]
    for job_id in made[::2]:
        face.failed(job_id)
    seen: list[str] = []
    query = "?limit=2&status=failed"
    while query:
        page = api.get(f"/v1/jobs{query}").json["data"]
        seen += [job["jobId"] for job in page["jobs"]]
        cursor = page["nextCursor"]
        query = f"?limit=2&status=failed&cursor={cursor}" if cursor else ""
    assert sorted(seen) == sorted(made[::2])
    assert refusal(api.get("/v1/jobs?cursor=x")) == (400, "INVALID_REQUEST")


def test_a_page_may_end_within_a_batch(api: Api) -> None:
    face = Face(api, "audio")
    batch_id, made = face.batch(3)
    first = api.get("/v1/jobs?limit=2").json["data"]
    assert [job["jobId"] for job in first["jobs"]] == made[:2]
    assert {job["batchId"] for job in first["jobs"]} == {batch_id}
    last = api.get(f"/v1/jobs?limit=2&cursor={first['nextCursor']}").json["data"]
    assert ([job["jobId"] for job in last["jobs"]], last["nextCursor"]) == (made[2:], None)


def test_another_accounts_cursor_shows_nothing_of_theirs(api: Api) -> None:
    Face(api, "audio").batch(3)
    cursor = api.get("/v1/jobs?limit=1").json["data"]["nextCursor"]
    api.key = api_keys.create("rival")
    assert api.get(f"/v1/jobs?cursor={cursor}").json["data"] == {"jobs": [], "nextCursor": None}


def test_text_batches_are_listed_by_their_status(api: Api) -> None:
    face = Face(api, "text")
    good, [done] = face.batch(1)
    mixed, [other, bad] = face.batch(2)
    running, _ = face.batch(1)
    for job_id in (done, other):
        face.completed(job_id)
    face.failed(bad)

    def listed(status: str) -> list[str]:
        page = api.get(f"/api/v1/batch?status={status}").json["data"]
        assert page["total"] == len(page["batches"])
        return sorted(batch["batch_id"] for batch in page["batches"])

    assert listed("processing") == [running]
    assert listed("completed,partial_failure") == sorted([good, mixed])
    assert listed("failed") == []
    assert refusal(api.get("/api/v1/batch?status=queued")) == (422, "INVALID_REQUEST")
