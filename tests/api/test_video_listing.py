from __future__ import annotations

from typing import Any

import pytest

from chalicelib.accounts import keys
from chalicelib.batches.model import NewJob
from chalicelib.batches.submit import Submission, submit
from tests.api.conftest import Api
from tests.api.video_jobs import batch_of, completed, item, video_of, watch

NONE: dict[str, Any] = {"batches": [], "total": 0, "limit": 20, "offset": 0, "has_more": False}


def test_no_batches_are_answered_as_the_seed_has_it(api: Api) -> None:
    for path in ("/api/v1/batch", "/api/v1/batch/"):
        answer = api.get(path)
        assert (answer.status, answer.json) == (200, {"success": True, "data": NONE})


def test_250_batches_are_listed_newest_first_with_honest_counts(api: Api) -> None:
    made = [_accepted(at) for at in range(250)]
    seen: list[str] = []
    for offset in (0, 100, 200):
        data = api.get(f"/api/v1/batch/?limit=100&offset={offset}").json["data"]
        assert (data["total"], data["limit"], data["offset"]) == (250, 100, offset)
        assert data["has_more"] is (offset < 200)
        seen += [batch["batch_id"] for batch in data["batches"]]
    assert seen == made[::-1]
    beyond = api.get("/api/v1/batch?offset=250").json["data"]
    assert beyond == {"batches": [], "total": 250, "limit": 20, "offset": 250, "has_more": False}


def test_a_listed_batch_tells_its_state(api: Api) -> None:
    data = batch_of(api, item(1), item(2), metadata={"a": "b"})
    completed(data["individual_jobs"][0]["job_id"])
    (listed,) = api.get("/api/v1/batch").json["data"]["batches"]
    assert (listed["batch_id"], listed["status"], listed["total"]) == (data["batch_id"], "processing", 2)
    assert listed["summary_stats"] == {"total": 2, "successful": 1, "failed": 0}
    assert (listed["metadata"], listed["completed_at"]) == ({"a": "b"}, None)


def test_videos_of_batches_and_single_ones_are_listed(api: Api) -> None:
    single = video_of(api)
    batched = [job["job_id"] for job in batch_of(api, item(1), item(2))["individual_jobs"]]
    for path in ("/api/v1/videos", "/api/v1/videos/"):
        data = api.get(path).json["data"]
        assert set(data) == {"videos", "total", "limit", "offset", "has_more"}
        assert {video["job_id"] for video in data["videos"]} == {single, *batched}
        assert data["total"] == 3
    assert [batch["total"] for batch in api.get("/api/v1/batch").json["data"]["batches"]] == [2]
    page = api.get("/api/v1/videos?limit=1&offset=1").json["data"]
    assert (len(page["videos"]), page["total"], page["has_more"]) == (1, 3, True)


def test_accounts_see_their_own(api: Api) -> None:
    batch_of(api, item(1))
    stranger = {"x-api-key": keys.create("stranger")}
    assert api("GET", "/api/v1/batch", headers=stranger).json["data"]["total"] == 0
    assert api("GET", "/api/v1/videos", headers=stranger).json["data"]["total"] == 0


@pytest.mark.parametrize("path", ["batch", "videos"])
@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "offset=-1", "limit=1&limit=2"])
def test_a_bad_page_is_refused(api: Api, path: str, query: str) -> None:
    answer = api.get(f"/api/v1/{path}?{query}")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["message"].startswith(query.partition("=")[0] + ":")
    assert answer.error["details"] == {"errors": [answer.error["message"]]}


def _accepted(at: int) -> str:
    new = Submission(
        account="acme", kind="text", face="video_v1", jobs=[NewJob({"url": watch(at)})], merge_equal=True
    )
    return submit(new, clock=lambda: 1_700_000_000_000 + at).batch.id
