from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import keys
from chalicelib.batches import ids, open_index, queues, store
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.video_jobs import PLAYLIST, WATCH, batch_of, item, stored, video_of, watch
from tests.batches.aws_faults import refusing

BATCH = "/api/v1/batch/process"
VIDEO = "/api/v1/videos/process"


def test_a_batch_is_answered_in_the_seeds_words(api: Api) -> None:
    answer = api.post(BATCH, {"jobs": [item(1, summary_mode="tldr"), item(2, summary_mode="brief")]})
    assert answer.status == 200
    assert set(answer.json) == {"success", "data"}
    data = answer.json["data"]
    assert set(data) == {"batch_id", "status", "total", "individual_jobs", "created_at"}
    assert re.fullmatch(r"batch_[0-9a-f]{16}", data["batch_id"])
    assert (data["status"], data["total"]) == ("processing", 2)
    assert [set(job) for job in data["individual_jobs"]] == [{"job_id", "status"}] * 2
    assert {job["status"] for job in data["individual_jobs"]} == {"pending"}


def test_one_video_is_answered_in_the_documented_words(api: Api) -> None:
    answer = api.post(VIDEO, {"video_url": WATCH})
    assert answer.status == 200
    data = answer.json["data"]
    assert set(data) == {"job_id", "status", "created_at"}
    assert data["status"] == "queued"
    assert stored(data["job_id"]).request == {"url": WATCH}


def test_every_field_of_form_a_reaches_the_job(api: Api) -> None:
    data = batch_of(
        api,
        item(
            1,
            summary_mode="detailed",
            webhook_url="https://example.com/own",
            custom_instructions="Use metres",
            priority="high",
            custom_id="lesson-1",
        ),
        item(2),
        webhook_url="https://example.com/all",
        priority="low",
        metadata={"course": "physics"},
    )
    first, second = (stored(job["job_id"]) for job in data["individual_jobs"])
    assert first.request == {"url": watch(1), "modes": ["detailed"], "custom_instructions": "Use metres"}
    assert (first.priority, first.custom_id) == ("high", "lesson-1")
    assert (second.priority, second.custom_id) == ("low", None)
    assert (first.webhooks, second.webhooks) == (("https://example.com/own",), ())
    batch = store.get_batch(first.token)
    assert batch
    assert (batch.webhooks, batch.metadata) == (("https://example.com/all",), {"course": "physics"})
    assert batch.single is False
    assert [job.get("custom_id") for job in data["individual_jobs"]] == ["lesson-1", None]
    assert (queues.backlog("text", "high"), queues.backlog("text", "low")) == (1, 1)


def test_every_field_of_form_b_reaches_the_job(api: Api) -> None:
    options = {
        "max_transcript_length": 10_000_000,
        "include_comments": False,
        "language": "en",
        "summary_modes": ["tldr", "detailed"],
        "generate_infographic": False,
        "speech_to_text": True,
        "allow_translation": True,
    }
    body = {
        "url": "https://youtu.be/aircAruvnKk?t=30",
        "options": options,
        "webhook_url": "https://example.com/hook",
        "priority": "normal",
        "custom_instructions": "Short",
        "use_proxy": None,
        "force_refresh": True,
        "service_name": "crm",
        "agent_name": "bot",
        "client_reference": "ref-1",
        "captions_url": "https://example.com/a.srt",
        "captions_format": "srt",
        "metadata": {"a": ""},
    }
    answer = api.post(VIDEO, body)
    assert answer.status == 200
    job = stored(answer.json["data"]["job_id"])
    assert job.request == {
        "url": WATCH,
        "modes": ["tldr", "detailed"],
        "language": "en",
        "custom_instructions": "Short",
        "captions_url": "https://example.com/a.srt",
        "captions_format": "srt",
        "speech_to_text": True,
        "allow_translation": True,
        "force_refresh": True,
        "max_transcript_length": 10_000_000,
    }
    assert job.webhooks == ("https://example.com/hook",)
    batch = store.get_batch(job.token)
    assert batch
    assert (batch.single, batch.metadata) == (True, {"a": ""})


def test_both_forms_mean_the_same(api: Api) -> None:
    form_b = {"videos": [{"url": watch(1), "options": {"summary_modes": ["brief"]}}]}
    answer = api.post(BATCH, form_b)
    assert answer.status == 200
    from_a = batch_of(api, item(1, summary_mode="brief"))["individual_jobs"][0]["job_id"]
    from_b = answer.json["data"]["individual_jobs"][0]["job_id"]
    assert stored(from_a).request == stored(from_b).request


@pytest.mark.parametrize("form", ["null", "auto"])
def test_no_language_is_the_spoken_one(api: Api, form: str) -> None:
    job_id = video_of(api, options={"language": None if form == "null" else form})
    assert stored(job_id).request == {"url": WATCH}


def test_two_urls_of_one_video_run_once(api: Api) -> None:
    urls = [f"https://youtu.be/{WATCH[-11:]}", WATCH, f"https://m.youtube.com/watch?v={WATCH[-11:]}&t=9"]
    data = batch_of(api, *({"video_url": url} for url in urls))
    assert [stored(job["job_id"]).same_as for job in data["individual_jobs"]] == [None, 1, 1]
    shown = api.get(f"/api/v1/videos/status/{data['individual_jobs'][0]['job_id']}").json["data"]
    assert (shown["video_url"], shown["video_id"]) == (urls[0], "aircAruvnKk")


def test_a_batch_that_is_not_parallel_waits_for_each_job(api: Api) -> None:
    for parallel, held in ((False, [False, True, True]), (True, [False] * 3)):
        data = batch_of(api, item(1), item(2), item(3), parallel_processing=parallel)
        assert [stored(job["job_id"]).held for job in data["individual_jobs"]] == held


def test_captions_sent_along_lie_in_the_bucket_and_not_in_the_job(api: Api) -> None:
    captions = "1\n00:00:01,000 --> 00:00:02,000\nGrüße\n"
    job = stored(video_of(api, captions=captions, captions_format="srt"))
    key = job.request["captions_key"]
    assert re.fullmatch(r"captions/[0-9a-f]{64}", key)
    assert job.request == {"url": WATCH, "captions_key": key, "captions_format": "srt"}
    body = aws.s3().get_object(Bucket=settings().bucket, Key=key)["Body"].read()
    assert body.decode() == captions


def test_captions_are_of_one_submission_and_a_repeat_is_the_same(api: Api) -> None:
    """So that they can go with it; and items with the same ones are the same work."""
    first = batch_of(api, item(captions="the same"), item(captions="the same"))["individual_jobs"]
    one, two = (stored(job["job_id"]) for job in first)
    assert (one.request, two.same_as) == (two.request, 1)
    assert stored(video_of(api, captions="the same")).request["captions_key"] != one.request["captions_key"]
    body = {"video_url": WATCH, "captions": "the same"}
    made = [api.post(VIDEO, body, idempotency_key="k") for _ in range(2)]
    assert made[0].json == made[1].json
    assert made[1].headers["idempotent-replayed"] == "true"


def test_a_playlist_is_taken_as_one_where_that_is_asked_for(api: Api) -> None:
    both = f"{WATCH}&list={PLAYLIST.partition('=')[2]}"
    assert stored(video_of(api, video_url=both)).request == {"url": WATCH}
    options = {"expand_playlist": True, "max_videos": 5}
    assert stored(video_of(api, video_url=both, options=options)).request == {
        "url": PLAYLIST,
        "max_videos": 5,
    }
    assert stored(video_of(api, video_url=PLAYLIST)).request == {"url": PLAYLIST}


def test_a_hundred_videos_are_a_batch_and_one_more_is_not(api: Api) -> None:
    assert batch_of(api, *(item(n) for n in range(100)))["total"] == 100
    for name in ("jobs", "videos"):
        answer = api.post(BATCH, {name: [{}] * 101, "colour": "blue"})
        assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
        assert answer.error["message"] == "Too many jobs in batch (max 100)"


BAD = [
    ("video_url", ""),
    ("video_url", 7),
    ("video_url", "not a url"),
    ("video_url", "ftp://example.com/a.mp4"),
    ("video_url", "http://169.254.169.254/latest/meta-data"),
    ("video_url", "https://user:pass@example.com/a.mp4"),
    ("video_url", "https://www.youtube.com/feed/subscriptions"),
    ("video_url", "https://example.com/" + "a" * 2040),
    ("summary_mode", "long"),
    ("summary_mode", ["tldr"]),
    ("summary_modes", []),
    ("summary_modes", ["tldr", "tldr"]),
    ("summary_modes", ["tldr", "haiku"]),
    ("webhook_url", "https://10.0.0.1/"),
    ("webhook_url", "nowhere"),
    ("custom_instructions", " "),
    ("custom_instructions", "x" * 1001),
    ("priority", "urgent"),
    ("custom_id", ""),
    ("custom_id", "x" * 65),
    ("captions_url", "file:///etc/passwd"),
    ("captions", ""),
    ("captions", "ä" * 1_000_001),
    ("captions_format", "ass"),
    ("use_proxy", "yes"),
    ("force_refresh", 1),
    ("client_reference", "x" * 201),
    ("options.language", "english please"),
    ("options.language", "en\n"),
    ("options.max_transcript_length", 99),
    ("options.max_transcript_length", 10**29),
    ("options.max_transcript_length", "1000"),
    ("options.speech_to_text", "true"),
    ("options.max_videos", 0),
    ("options.max_videos", 501),
    ("options.summary_mode", "tldr"),
    ("colour", "blue"),
]


@pytest.mark.parametrize(("path", "value"), BAD)
def test_a_bad_field_is_refused_and_named(api: Api, path: str, value: Any) -> None:
    one: dict[str, Any] = {"video_url": WATCH}
    parent, _, name = path.rpartition(".")
    one = one | ({parent: {name: value}} if parent else {name: value})
    single = api.post(VIDEO, one)
    assert (single.status, single.error["code"]) == (422, "INVALID_REQUEST")
    assert single.error["message"].startswith(f"{path}")
    batch = api.post(BATCH, {"jobs": [item(1), one]})
    assert (batch.status, batch.error["code"]) == (422, "INVALID_REQUEST")
    assert batch.error["message"].startswith(f"jobs[1].{path}")
    assert batch.error["details"]["errors"][0] == batch.error["message"]


DISAGREEING: list[tuple[dict[str, Any], str]] = [
    ({}, "video_url or url is required"),
    ({"video_url": WATCH, "url": WATCH}, "send one of video_url or url, not more"),
    ({"url": WATCH, "summary_mode": "tldr", "summary_modes": ["tldr"]}, "send one of summary_mode, "),
    ({"url": WATCH, "summary_mode": "tldr", "options": {"summary_modes": ["tldr"]}}, "send one of summary"),
    ({"url": WATCH, "captions": "a", "captions_url": "https://example.com/a"}, "send one of captions_url"),
    ({"url": WATCH, "captions_format": "srt"}, "captions_format says how"),
    ({"url": PLAYLIST, "captions": "a"}, "captions belong to one video"),
    ({"url": WATCH, "options": {"expand_playlist": True}}, "options.expand_playlist: the URL names no"),
    ({"url": WATCH, "options": {"max_videos": 5}}, "options.max_videos is for playlists"),
]


@pytest.mark.parametrize(("body", "sentence"), DISAGREEING)
def test_fields_that_disagree_are_refused(api: Api, body: dict[str, Any], sentence: str) -> None:
    single = api.post(VIDEO, body)
    assert (single.status, single.error["code"]) == (422, "INVALID_REQUEST")
    assert single.error["message"].startswith(sentence)
    batch = api.post(BATCH, {"videos": [item(1), body]})
    assert batch.error["message"].startswith(f"videos[1]: {sentence}")


BAD_BATCHES: list[tuple[dict[str, Any], str]] = [
    ({}, "jobs or videos is required"),
    ({"jobs": [item()], "videos": [item()]}, "send one of jobs or videos, not more"),
    ({"jobs": []}, "jobs: must have at least 1 item"),
    ({"jobs": {}}, "jobs: "),
    ({"jobs": [1]}, "jobs[0]: "),
    ({"jobs": [item()], "webhook_url": "http://10.0.0.1/"}, "webhook_url: "),
    ({"jobs": [item()], "parallel_processing": "no"}, "parallel_processing: "),
    ({"jobs": [item(metadata={})]}, "jobs[0].metadata: unknown field"),
    ({"jobs": [item()], "metadata": {"a": 1}}, "metadata.a: "),
    ({"jobs": [item()], "metadata": {"a": "x" * 513}}, "metadata.a: "),
    ({"jobs": [item()], "metadata": {"x" * 65: "a"}}, 'metadata["xxx'),
    ({"jobs": [item()], "metadata": {str(n): "a" for n in range(17)}}, "metadata: "),
]


@pytest.mark.parametrize(("body", "sentence"), BAD_BATCHES)
def test_a_bad_batch_is_refused_whole(api: Api, body: dict[str, Any], sentence: str) -> None:
    answer = api.post(BATCH, body)
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["message"].startswith(sentence)
    assert list(open_index.tokens(open_index.OPEN, 10**15)) == []


NO_OBJECTS = [
    b"",
    b" ",
    b"{",
    b"null",
    b"[]",
    b"\xff",
    b'{"jobs": [], "jobs": []}',
    b'{"custom_instructions": "\\ud800"}',
    b'{"options": {"max_transcript_length": 1' + b"0" * 30 + b"}}",
    b'{"options": {"max_transcript_length": NaN}}',
    b"[" * 100_000,
    json.dumps(dict.fromkeys(map(str, range(201)))).encode(),
]


@pytest.mark.parametrize("body", NO_OBJECTS)
@pytest.mark.parametrize("path", [BATCH, VIDEO])
def test_what_is_no_json_object_is_a_400(api: Api, path: str, body: bytes) -> None:
    answer = api("POST", path, body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["details"] == {}


def test_several_faults_are_all_told(api: Api) -> None:
    error = api.post(BATCH, {"jobs": [item(1, priority="x"), item(2, summary_mode="y")]}).error
    assert [text.partition(":")[0] for text in error["details"]["errors"]] == [
        "jobs[0].priority",
        "jobs[1].summary_mode",
    ]


@pytest.mark.parametrize("feature", ["include_comments", "generate_infographic"])
def test_a_feature_that_is_not_there_is_refused_by_name(api: Api, feature: str) -> None:
    answer = api.post(BATCH, {"jobs": [item(1), item(2, options={feature: True})]})
    assert (answer.status, answer.error["code"]) == (403, "FEATURE_NOT_AVAILABLE")
    assert answer.error["message"].startswith(f"jobs[1].options.{feature}: ")
    assert answer.error["details"] == {"feature": feature}


def test_a_full_queue_answers_503_with_retry_after(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "1")
    settings.cache_clear()
    video_of(api)
    answer = api.post(BATCH, {"jobs": [item(1)]})
    assert (answer.status, answer.error["code"], answer.error["details"]) == (503, "QUEUE_FULL", {})
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("path", "body"), [(BATCH, {"jobs": [item(1)]}), (VIDEO, item(1))])
def test_an_idempotency_key_makes_a_repeat_safe(api: Api, path: str, body: dict[str, Any]) -> None:
    first = api.post(path, body, idempotency_key="k1")
    again = api.post(path, body, idempotency_key="k1")
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status, again.json) == (200, first.json)
    other = api.post(path, {**body, "metadata": {"a": "b"}}, idempotency_key="k1")
    assert (other.status, other.error["code"]) == (422, "IDEMPOTENCY_CONFLICT")
    wrong = api.post(path, body, idempotency_key="a b")
    assert (wrong.status, wrong.error["code"]) == (400, "INVALID_REQUEST")


def test_the_same_key_on_the_two_routes_is_two_keys(api: Api) -> None:
    one = api.post(VIDEO, item(1), idempotency_key="k1").json["data"]["job_id"]
    batch = api.post(BATCH, {"jobs": [item(1)]}, idempotency_key="k1").json["data"]["batch_id"]
    tokens = [address.token for text in (one, batch) if (address := ids.parse(text))]
    assert tokens[0] != tokens[1]


ROUTES = [
    ("POST", BATCH),
    ("POST", VIDEO),
    ("GET", "/api/v1/batch"),
    ("GET", "/api/v1/videos/"),
    ("GET", "/api/v1/batch/status/batch_0123456789abc000"),
    ("GET", "/api/v1/batch/results/batch_0123456789abc000"),
    ("GET", "/api/v1/videos/status/job_0123456789abc001"),
    ("GET", "/api/v1/videos/result/job_0123456789abc001"),
    ("GET", "/api/v1/videos/export/job_0123456789abc001/pdf"),
    ("GET", "/api/v1/videos/thumbnails?url=aircAruvnKk"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_missing_key_and_a_wrong_one_have_codes_of_their_own(api: Api, method: str, path: str) -> None:
    missing = api(method, path, headers={"x-api-key": ""})
    assert (missing.status, missing.error["code"]) == (401, "UNAUTHORIZED")
    wrong = api(method, path, headers={"x-api-key": "", "authorization": "Bearer sk_wrong"})
    assert (wrong.status, wrong.error["code"]) == (401, "INVALID_API_KEY")
    assert set(wrong.error) == {"code", "message", "details"}
    assert wrong.error["details"] == {}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_when_aws_is_away_the_answer_is_503_in_this_apis_envelope(api: Api, method: str, path: str) -> None:
    with refusing("dynamodb", "UpdateItem"):
        answer = api(method, path)
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.error["details"] == {}


def test_any_content_type_is_read_as_json(api: Api) -> None:
    answer = api.post(VIDEO, item(1), content_type="application/x-www-form-urlencoded")
    assert answer.status == 200


def test_a_key_may_come_as_bearer(api: Api) -> None:
    headers = {"x-api-key": "", "authorization": f"Bearer {api.key}"}
    assert api("POST", VIDEO, item(1), headers).status == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_unknown_query_parameter_is_refused(api: Api, method: str, path: str) -> None:
    mark = "&" if "?" in path else "?"
    answer = api(method, f"{path}{mark}colour=blue", item(1) if method == "POST" else None)
    assert (answer.status, answer.error["code"]) == (422, "INVALID_REQUEST")
    assert answer.error["message"].startswith("colour: unknown query parameter")


def test_captions_of_two_accounts_are_apart(api: Api) -> None:
    mine = stored(video_of(api, captions="the same")).request["captions_key"]
    other = api("POST", VIDEO, {"url": WATCH, "captions": "the same"}, {"x-api-key": keys.create("other")})
    assert stored(other.json["data"]["job_id"]).request["captions_key"] != mine
