from __future__ import annotations

from typing import Any

import pytest

from chalicelib.accounts import keys
from chalicelib.api.video_v1 import stored as answers
from chalicelib.batches import store
from chalicelib.clock import now_ms
from tests.api.conftest import Api
from tests.api.jobs import started, waiting_for_its_next_attempt
from tests.api.video_jobs import (
    PLAYLIST,
    batch_of,
    cancelled,
    completed,
    expanded,
    expire,
    failed,
    item,
    stored,
    video_of,
    watch,
)

SEED_STATUS = {"batch_id", "status", "individual_jobs"}
SEED_RESULTS = {"status", "successful_jobs", "failed_jobs", "summary_stats"}


def status(api: Api, batch_id: str) -> Any:
    answer = api.get(f"/api/v1/batch/status/{batch_id}")
    assert answer.status == 200
    return answer.json["data"]


def results(api: Api, batch_id: str, query: str = "") -> Any:
    answer = api.get(f"/api/v1/batch/results/{batch_id}{query}")
    assert answer.status == 200, answer.body
    return answer.json["data"]


def jobs_of(data: Any) -> list[str]:
    return [job["job_id"] for job in data["individual_jobs"]]


def test_the_status_of_a_batch_tells_each_jobs_state(api: Api) -> None:
    data = batch_of(api, *(item(n) for n in range(5)), metadata={"a": "b"})
    one, two, three, four, _ = jobs_of(data)
    completed(one)
    failed(two, "LANGUAGE_NOT_AVAILABLE", "de, fr")
    store.renew(started(three), lease_until=now_ms() + 9999, progress=30, step="summarizing", facts={})
    waiting_for_its_next_attempt(four)
    seen = status(api, data["batch_id"])
    assert seen.keys() > SEED_STATUS
    assert seen["status"] == "processing"
    words = ["completed", "failed", "processing", "pending", "pending"]
    assert [job["status"] for job in seen["individual_jobs"]] == words
    assert seen["counts"] == {"pending": 2, "processing": 1, "completed": 1, "failed": 1, "cancelled": 0}
    assert (seen["total"], seen["progress_percentage"]) == (5, (100 + 100 + 30) // 5)
    assert seen["created_at"] <= seen["started_at"]
    assert (seen["completed_at"], seen["expires_at"], seen["metadata"]) == (None, None, {"a": "b"})
    assert seen["individual_jobs"][1]["error"] == {
        "code": "LANGUAGE_NOT_AVAILABLE",
        "message": stored(two).error.message,  # type: ignore[union-attr]
        "retryable": False,
        "details": {"reason": "de, fr"},
    }
    assert seen["individual_jobs"][2]["current_step"] == "summarizing"
    assert "error" not in seen["individual_jobs"][3]
    assert seen["individual_jobs"][0]["completed_at"]


def test_the_seeds_example_comes_out_as_the_seed_has_it(api: Api) -> None:
    data = batch_of(api, item(1), item(2))
    one, two = jobs_of(data)
    completed(one)
    failed(two)
    seen = results(api, data["batch_id"])
    assert seen.keys() > SEED_RESULTS
    assert seen["status"] == "partial_failure"
    assert seen["summary_stats"] == {"total": 2, "successful": 1, "failed": 1}
    (good,), (bad,) = seen["successful_jobs"], seen["failed_jobs"]
    assert (good["job_id"], good["summaries"]) == (one, ["Summary tldr"])
    assert (bad["job_id"], bad["error"]["code"], bad["video_url"]) == (two, "NO_CAPTIONS", watch(2))


def test_a_result_tells_what_it_was_made_of(api: Api) -> None:
    data = batch_of(api, item(1, summary_modes=["detailed", "tldr"], custom_id="mine"))
    completed(jobs_of(data)[0])
    (good,) = results(api, data["batch_id"])["successful_jobs"]
    assert good["summaries"] == ["Summary detailed", "Summary tldr"]
    assert [told["mode"] for told in good["summary_details"]] == ["detailed", "tldr"]
    assert (good["summary_details"][0]["engine"], good["summary_details"][0]["kind"]) == (
        "embedded",
        "extractive",
    )
    assert good["video_id"] == "aircAruvnKk"
    assert good["video_info"]["author"] == "3Blue1Brown"
    assert (good["language"], good["is_generated"], good["transcript_source"]) == ("en", False, "youtube")
    assert "X-Amz-Signature=" in good["transcript_url"]
    assert good["processing_time"] >= 0
    assert good["custom_id"] == "mine"
    assert good["export_urls"]["pdf"] == f"/api/v1/videos/export/{good['job_id']}/pdf"


def test_summaries_by_mode_where_that_is_asked_for(api: Api) -> None:
    data = batch_of(api, item(1, summary_modes=["detailed", "tldr"]))
    completed(jobs_of(data)[0])
    (good,) = results(api, data["batch_id"], "?summaries=object")["successful_jobs"]
    assert list(good["summaries"]) == ["detailed", "tldr"]
    assert good["summaries"]["tldr"]["content"] == "Summary tldr"
    assert good["summaries"]["tldr"]["engine"] == "embedded"


def test_a_running_batch_shows_what_is_there(api: Api) -> None:
    data = batch_of(api, item(1), item(2))
    completed(jobs_of(data)[0])
    seen = results(api, data["batch_id"])
    assert (seen["status"], len(seen["successful_jobs"]), seen["failed_jobs"]) == ("processing", 1, [])
    assert seen["summary_stats"] == {"total": 2, "successful": 1, "failed": 0}


@pytest.mark.parametrize(("flag", "shown"), [("true", 1), ("1", 1), ("false", 0), ("0", 0)])
def test_failed_jobs_are_shown_or_not(api: Api, flag: str, shown: int) -> None:
    data = batch_of(api, item(1))
    failed(jobs_of(data)[0])
    seen = results(api, data["batch_id"], f"?include_failed={flag}")
    assert (seen["status"], len(seen["failed_jobs"])) == ("failed", shown)
    assert seen["summary_stats"]["failed"] == 1


@pytest.mark.parametrize(
    "query",
    ["include_failed=yes", "include_failed=", "summaries=list", "limit=0", "limit=x", "offset=-1", "limit=²"],
)
def test_a_bad_query_is_refused_and_named(api: Api, query: str) -> None:
    batch_id = batch_of(api, item(1))["batch_id"]
    answer = api.get(f"/api/v1/batch/results/{batch_id}?{query}")
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["message"].startswith(query.partition("=")[0] + ":")


def test_a_hundred_videos_of_which_ten_fail(api: Api) -> None:
    data = batch_of(api, *(item(n) for n in range(100)))
    for number, job_id in enumerate(jobs_of(data)):
        if number % 10:
            completed(job_id)
        else:
            failed(job_id)
    seen = results(api, data["batch_id"])
    assert seen["status"] == "partial_failure"
    assert seen["summary_stats"] == {"total": 100, "successful": 90, "failed": 10}
    assert (len(seen["successful_jobs"]), len(seen["failed_jobs"])) == (90, 10)
    state = status(api, data["batch_id"])
    assert state["progress_percentage"] == 100
    assert state["counts"] == {"pending": 0, "processing": 0, "completed": 90, "failed": 10, "cancelled": 0}


def test_results_come_in_pages(api: Api) -> None:
    data = batch_of(api, *(item(n) for n in range(5)))
    for job_id in jobs_of(data):
        completed(job_id)
    seen = [results(api, data["batch_id"], f"?limit=2&offset={offset}") for offset in (0, 2, 4)]
    assert [[job["job_id"] for job in page["successful_jobs"]] for page in seen] == [
        jobs_of(data)[0:2],
        jobs_of(data)[2:4],
        jobs_of(data)[4:],
    ]
    assert [page["has_more"] for page in seen] == [True, True, False]
    assert {page["summary_stats"]["successful"] for page in seen} == {5}


def test_results_that_fit_no_answer_say_how_to_get_them(api: Api) -> None:
    data = batch_of(api, *(item(n) for n in range(20)))
    for job_id in jobs_of(data):
        completed(job_id, words="ü" * 120_000)
    answer = api.get(f"/api/v1/batch/results/{data['batch_id']}")
    assert (answer.status, answer.error["code"]) == (413, "RESULTS_ERROR")
    assert "limit and offset" in answer.error["message"]
    page = api.get(f"/api/v1/batch/results/{data['batch_id']}?limit=10")
    assert page.status == 200
    assert len(page.body) < answers.MOST_BYTES


def test_expired_results_are_gone(api: Api) -> None:
    data = batch_of(api, item(1))
    expire(completed(jobs_of(data)[0]), index=0)
    answer = api.get(f"/api/v1/batch/results/{data['batch_id']}")
    assert (answer.status, answer.error["code"]) == (410, "RESULT_EXPIRED")
    assert status(api, data["batch_id"])["status"] == "completed"


def test_cancelled_jobs_are_among_those_without_a_result(api: Api) -> None:
    data = batch_of(api, item(1), item(2))
    one, two = jobs_of(data)
    completed(one)
    cancelled(two)
    seen = results(api, data["batch_id"])
    assert (seen["status"], seen["failed_jobs"][0]["error"]["code"]) == ("partial_failure", "JOB_CANCELLED")
    assert seen["summary_stats"] == {"total": 2, "successful": 1, "failed": 1}
    assert status(api, data["batch_id"])["counts"]["cancelled"] == 1
    answer = api.get(f"/api/v1/videos/result/{two}")
    assert (answer.status, answer.error["code"]) == (410, "JOB_CANCELLED")


def test_equal_videos_are_answered_each(api: Api) -> None:
    data = batch_of(api, item(1, custom_id="a"), item(1, custom_id="b"))
    completed(jobs_of(data)[0])
    seen = results(api, data["batch_id"])
    assert seen["status"] == "completed"
    assert [job["custom_id"] for job in seen["successful_jobs"]] == ["a", "b"]
    assert seen["successful_jobs"][0]["summaries"] == seen["successful_jobs"][1]["summaries"]


def test_a_playlist_links_the_batch_of_its_videos(api: Api) -> None:
    data = batch_of(api, {"video_url": PLAYLIST})
    expanded(jobs_of(data)[0])
    (child,) = status(api, data["batch_id"])["individual_jobs"]
    assert child["child_batch_id"] == "batch_0123456789abc000"
    (good,) = results(api, data["batch_id"])["successful_jobs"]
    assert (good["child_batch_id"], good["summaries"], good["video_id"]) == (
        "batch_0123456789abc000",
        [],
        None,
    )
    assert (good["expanded"]["videos"], good["video_info"], good["transcript_url"]) == (4, None, None)


@pytest.mark.parametrize("path", ["batch/status", "batch/results", "videos/status", "videos/result"])
def test_unknown_ids_and_another_accounts_are_not_found(api: Api, path: str) -> None:
    data = batch_of(api, item(1))
    completed(jobs_of(data)[0])
    noun = path.partition("/")[0].removesuffix("s").replace("video", "job")
    mine = data["batch_id"] if noun == "batch" else jobs_of(data)[0]
    assert api.get(f"/api/v1/{path}/{mine}").status == 200
    unknown = [f"{noun}_{digits}" for digits in ("0123456789abc000", "0123456789abc001", "1a2b3c4d5e6f7g8h")]
    for wrong in ("x", "%20", *unknown):
        answer = api.get(f"/api/v1/{path}/{wrong}")
        assert (answer.status, answer.error["code"]) == (404, f"{noun.upper()}_NOT_FOUND")
        assert answer.error["details"] == {}
    stranger = api("GET", f"/api/v1/{path}/{mine}", headers={"x-api-key": keys.create("stranger")})
    assert (stranger.status, stranger.error["code"]) == (404, f"{noun.upper()}_NOT_FOUND")


def test_the_audio_apis_jobs_are_not_found_here_nor_ours_there(api: Api) -> None:
    audio = {"source": {"type": "url", "url": "https://example.com/a.mp4"}, "output": {"format": "mp3"}}
    theirs = api.post("/v1/extract", audio).json["data"]["jobId"]
    assert api.get(f"/api/v1/videos/status/{theirs}").status == 404
    assert api.get(f"/v1/status/{video_of(api)}").status == 404
