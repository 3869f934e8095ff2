"""YT2Text's API by the front door: the real libraries against a stand-in for YouTube."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from infra.local.stack import LocalStack
from tests.e2e import videos
from tests.e2e.events import verified
from tests.e2e.text_client import TextClient
from tests.stand_ins.web import Receiver, WebServer
from tests.stand_ins.youtube import YouTube


def job(video_id: str, mode: str = "tldr", **more: Any) -> dict[str, Any]:
    return {"video_url": videos.url(video_id), "summary_mode": mode, **more}


def fetches(youtube: YouTube, video_id: str) -> int:
    return sum(call.route == "/api/timedtext" and call.query["v"] == video_id for call in youtube.log)


def test_a_batch_with_one_failure(text: TextClient, stack: LocalStack, receiver: Receiver) -> None:
    hook = receiver.url("/job")
    accepted = text.process(
        job("talk-000000", webhook_url=hook, custom_id="lamps", custom_instructions="ships and insurance"),
        job("mute-000000", "brief", priority="high"),
        webhook_url=receiver.url("/batch"),
        metadata={"course": "history"},
    )
    results = text.finished(accepted["batch_id"])
    assert results["status"] == "partial_failure"
    assert results["summary_stats"] == results["summary_stats"] | {"total": 2, "successful": 1, "failed": 1}
    [good], [bad] = results["successful_jobs"], results["failed_jobs"]
    [summary] = good["summaries"]
    assert "Fresnel" in summary or "insured" in summary
    assert good["custom_id"] == "lamps"
    assert (good["language"], good["is_generated"]) == ("en", False)
    assert good["summary_details"][0]["custom_instructions_applied"] == "focus_terms"
    assert bad["error"]["code"] == "NO_CAPTIONS"
    [told] = receiver.wait_for(1, "/job")
    event = verified(stack, told)
    assert (event["event"], event["data"]["custom_id"]) == ("job.completed", "lamps")
    assert event["data"]["summaries"] == [summary]
    assert event["data"]["metadata"] == {"course": "history"}
    [told] = receiver.wait_for(1, "/batch")
    assert verified(stack, told)["data"]["status"] == "partial_failure"


def test_each_cause_of_failure_has_its_own_code(text: TextClient) -> None:
    results = text.results(*[job(video_id, custom_id=video_id) for video_id in videos.FAILURES])
    assert results["status"] == "failed"
    told = {failed["custom_id"]: failed["error"]["code"] for failed in results["failed_jobs"]}
    assert told == {video_id: code for video_id, (_, code) in videos.FAILURES.items()}


def test_what_only_the_work_shows_has_its_own_code_too(text: TextClient) -> None:
    jobs = [{**body, "custom_id": str(n)} for n, (body, _) in enumerate(videos.REFUSED)]
    results = text.results(*jobs)
    told = {failed["custom_id"]: failed["error"]["code"] for failed in results["failed_jobs"]}
    assert told == {str(n): code for n, (_, code) in enumerate(videos.REFUSED)}
    assert all(failed["error"]["message"] for failed in results["failed_jobs"])


def test_more_batches_than_two_pages_hold_are_listed_newest_first(text: TextClient) -> None:
    """250 of them stand in tests/api/test_video_listing.py."""
    body = {"jobs": [{"video_url": videos.url("talk-000000"), "captions": "A sentence is said here."}]}
    before = text.data("/batch/?limit=1")["total"]
    made = [text.process(*body["jobs"])["batch_id"] for _ in range(45)]
    listed: list[str] = []
    page: dict[str, Any] = {"has_more": True}
    while page["has_more"]:
        page = text.data(f"/batch/?limit=20&offset={len(listed)}")
        assert page["total"] == before + 45
        listed += [batch["batch_id"] for batch in page["batches"]]
    assert listed[:45] == made[::-1]
    assert len(listed) == page["total"] == len(set(listed))


def test_a_consent_page_and_a_bad_moment_are_passed(text: TextClient) -> None:
    results = text.results(job("consent-000"), job("moody-00000"))
    assert results["status"] == "completed"


def test_where_one_way_to_the_captions_fails_another_helps(text: TextClient) -> None:
    results = text.results(*[job(video_id) for video_id in videos.OTHERWISE])
    assert results["status"] == "completed", results
    assert {good["transcript_source"] for good in results["successful_jobs"]} == {"yt-dlp"}


def test_a_hundred_videos_with_ten_failures(text: TextClient) -> None:
    """Form B."""
    urls = [videos.url(video_id) for video_id in (*videos.MANY, *videos.MUTE)]
    body = {"videos": [{"url": url, "options": {"summary_modes": ["tldr", "brief"]}} for url in urls]}
    answer = text.post("/batch/process", body)
    assert answer.status_code == 200, answer.text
    accepted = answer.json()["data"]
    assert len(accepted["individual_jobs"]) == 100
    results = text.finished(accepted["batch_id"], 900)
    assert results["status"] == "partial_failure"
    stats = {name: results["summary_stats"][name] for name in ("total", "successful", "failed")}
    assert stats == {"total": 100, "successful": 90, "failed": 10}
    assert {len(good["summaries"]) for good in results["successful_jobs"]} == {2}
    without = text.data(f"/batch/results/{accepted['batch_id']}?include_failed=false")
    assert (without["failed_jobs"], len(without["successful_jobs"])) == ([], 90)


def test_one_video_twice_is_fetched_once_and_answered_twice(text: TextClient, youtube: YouTube) -> None:
    short = "https://youtu.be/twice-00000?t=30"
    results = text.results(job("twice-00000"), {"video_url": short, "summary_mode": "tldr"})
    first, second = results["successful_jobs"]
    assert first["job_id"] != second["job_id"]
    assert first["summaries"] == second["summaries"]
    assert fetches(youtube, "twice-00000") == 1


def test_transcripts_are_kept_until_a_refresh_is_asked_for(text: TextClient, youtube: YouTube) -> None:
    for mode in ("tldr", "brief"):
        assert text.results(job("cached-0000", mode))["status"] == "completed"
    assert fetches(youtube, "cached-0000") == 1
    text.results(job("cached-0000", force_refresh=True))
    assert fetches(youtube, "cached-0000") == 2


def test_a_serial_batch_asks_for_one_video_after_the_other(text: TextClient) -> None:
    jobs = [job("serial-0000"), job("mute-000001"), job("serial-0001")]
    accepted = text.process(*jobs, parallel_processing=False)
    text.finished(accepted["batch_id"])
    ended = text.data(f"/batch/status/{accepted['batch_id']}")["individual_jobs"]
    for before, after in pairwise(ended):
        assert before["completed_at"] <= after["started_at"]


def test_a_playlist_becomes_a_batch_of_its_videos(text: TextClient) -> None:
    accepted = text.process({"video_url": videos.PLAYLIST_URL})
    results = text.finished(accepted["batch_id"])
    [expanded] = results["successful_jobs"]
    assert results["summary_stats"]["total"] == 1
    children = text.finished(expanded["child_batch_id"])
    assert (children["status"], children["summary_stats"]["total"]) == ("completed", 3)
    assert {good["video_id"] for good in children["successful_jobs"]} == set(videos.LISTED)


def test_captions_may_be_brought_along(text: TextClient, media: WebServer) -> None:
    vtt = "WEBVTT\n\n" + "".join(
        f"00:00:{4 * n:02}.000 --> 00:00:{4 * n + 4:02}.000\n{sentence}\n\n"
        for n, sentence in enumerate(videos.SENTENCES)
    )
    inline = {"video_url": "https://example.com/talk.mp4", "captions": vtt}
    by_url = {"video_url": "https://example.com/talk.mp4", "captions_url": media.url("/plain/lecture.srt")}
    results = text.results(inline, by_url)
    assert results["status"] == "completed", results
    assert [good["transcript_source"] for good in results["successful_jobs"]] == ["captions"] * 2


def test_a_subtitle_track_inside_the_file_is_enough(text: TextClient, media: WebServer) -> None:
    results = text.results(
        {"video_url": media.url("/plain/lecture.mp4"), "summary_mode": "timestamped"},
        {"video_url": media.url("/plain/silent.mp4")},
        {"video_url": media.url("/text?body=<html>no+video</html>&type=text/html")},
    )
    [good] = results["successful_jobs"]
    assert good["transcript_source"] == "subtitle-track"
    assert [bad["error"]["code"] for bad in results["failed_jobs"]] == ["NO_CAPTIONS", "SITE_NOT_SUPPORTED"]


def test_one_video_its_result_and_its_exports(text: TextClient) -> None:
    answer = text.post("/videos/process", {"video_url": videos.url("talk-000000"), "summary_mode": "brief"})
    job_id = answer.json()["data"]["job_id"]
    text.ended_job(job_id)
    result = text.data(f"/videos/result/{job_id}")
    assert result["video_info"]["title"] == videos.TALK.title
    assert result["transcript"]["segments"][1]["text"] == videos.SENTENCES[1]
    srt = text.get(f"/videos/export/{job_id}/srt")
    assert srt.status_code == 200
    assert "00:00:04,000 --> 00:00:08,000" in srt.text
    pdf = text.get(f"/videos/export/{job_id}/pdf")
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
