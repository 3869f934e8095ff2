from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.batches import ids, open_index, store
from chalicelib.batches.model import Job
from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.jobs import extract_body

LONG_URL = "https://example.com/" + "a" * 2040
MOUNTS = ["/audio-extract/v1", "/v1"]


def stored(job_id: str) -> Job:
    address = ids.parse(job_id)
    assert address
    job = store.get_job(*address)
    assert job
    return job


@pytest.mark.parametrize("mount", MOUNTS)
def test_a_batch_is_answered_as_documented(api: Api, mount: str) -> None:
    answer = api.post(f"{mount}/batch", {"jobs": [extract_body(), extract_body()]})
    assert answer.status == 202
    body = answer.json
    assert (body["success"], body["message"]) == (True, "Batch jobs queued successfully")
    data = body["data"]
    assert re.fullmatch(r"batch_[0-9a-f]{16}", data["batchId"])
    assert data["totalJobs"] == 2
    assert [set(job) for job in data["jobs"]] == [{"jobId", "status"}] * 2
    assert all(re.fullmatch(r"job_[0-9a-f]{16}", job["jobId"]) for job in data["jobs"])
    assert {job["status"] for job in data["jobs"]} == {"queued"}


@pytest.mark.parametrize("mount", MOUNTS)
def test_one_extraction_is_answered_as_documented(api: Api, mount: str) -> None:
    answer = api.post(f"{mount}/extract", extract_body())
    assert answer.status == 202
    data = answer.json["data"]
    assert data["status"] == "queued"
    assert data["statusUrl"] == f"/audio-extract/v1/status/{data['jobId']}"
    assert isinstance(data["estimatedTime"], int)
    assert data["estimatedTime"] > 0


def test_every_field_reaches_the_job(api: Api) -> None:
    body = {
        "source": {"type": "url", "url": "https://example.com/a.mp4"},
        "output": {
            "format": "mp3",
            "quality": "low",
            "bitrate": "192k",
            "normalize": True,
            "preserveMetadata": True,
        },
        "options": {"filename": "my song", "webhook": "https://example.com/own", "priority": "high"},
    }
    answer = api.post("/v1/batch", {"jobs": [body], "webhook": "https://example.com/all"})
    job = stored(answer.json["data"]["jobs"][0]["jobId"])
    assert job.request == {
        "url": "https://example.com/a.mp4",
        "format": "mp3",
        "quality": "low",
        "bitrate": 192_000,
        "normalize": True,
        "preserve_metadata": True,
        "filename": "my song",
    }
    assert job.priority == "high"
    assert job.webhooks == ("https://example.com/own", "https://example.com/all")


def request_of(api: Api, **output: Any) -> dict[str, Any]:
    answer = api.post("/v1/extract", extract_body(output=output))
    assert answer.status == 202, answer.json
    return dict(stored(answer.json["data"]["jobId"]).request) | {"url": None}


@pytest.mark.parametrize(
    ("output", "request_"),
    [
        ({"format": "wav", "trim": {"start": 1, "end": 2.5}}, {"start": 1, "end": 2.5}),
        ({"format": "wav", "trim": {"start": None, "end": 3}}, {"end": 3}),
        ({"format": "wav", "trim": {"start": 0}}, {}),  # so it may be copied
        ({"format": "wav", "trim": {"start": 604_800}}, {"start": 604_800}),
        ({"format": "wav", "sampleRate": 192_000, "channels": 8}, {"sample_rate": 192_000, "channels": 8}),
        ({"format": "opus", "sampleRate": 24_000, "channels": 1}, {"sample_rate": 24_000, "channels": 1}),
        ({"format": "m4a", "quality": "low", "track": 0}, {"quality": "low", "track": 0}),
        ({"format": "m4a", "track": "de"}, {"track": "de"}),
        ({"format": "m4a", "track": "zh-Hant-TW"}, {"track": "zh-Hant-TW"}),
        ({"format": "waveform", "channels": 2, "normalize": False}, {"channels": 2}),
        ({"format": "waveform", "trim": {"end": 9}, "track": "eng"}, {"end": 9, "track": "eng"}),
    ],
)
def test_additions_reach_the_job(api: Api, output: dict[str, Any], request_: dict[str, Any]) -> None:
    assert request_of(api, **output) == {"url": None, "format": output["format"], **request_}


def test_the_same_webhook_twice_is_told_once(api: Api) -> None:
    body = extract_body(options={"webhook": "https://example.com/hook"})
    answer = api.post("/v1/batch", {"jobs": [body], "webhook": "https://example.com/hook"})
    assert stored(answer.json["data"]["jobs"][0]["jobId"]).webhooks == ("https://example.com/hook",)


def test_ten_jobs_are_a_batch_and_eleven_are_not(api: Api) -> None:
    assert api.post("/v1/batch", {"jobs": [extract_body()] * 10}).status == 202
    answer = api.post("/v1/batch", {"jobs": [extract_body()] * 11})
    assert answer.status == 400
    assert answer.error == {"code": "INVALID_REQUEST", "message": "Too many jobs in batch (max 10)"}


def changed(path: str, value: Any) -> dict[str, Any]:
    body = extract_body(options={})
    *parents, last = path.split(".")
    place: Any = body
    for name in parents:
        place = place[name]
    place[last] = value
    return body


REFUSED = [
    ("output.format", "mp4", "INVALID_OUTPUT"),
    ("output.format", None, "INVALID_OUTPUT"),
    ("output.quality", "best", "INVALID_OUTPUT"),
    ("output.bitrate", "fast", "INVALID_OUTPUT"),
    ("output.bitrate", "9k", "INVALID_OUTPUT"),
    ("output.bitrate", 192, "INVALID_OUTPUT"),
    ("output.bitrate", "\u0661\u0669\u0662k", "INVALID_OUTPUT"),
    ("output.bitrate", "0192k", "INVALID_OUTPUT"),
    ("output.normalize", "yes", "INVALID_OUTPUT"),
    ("output.preserveMetadata", 1, "INVALID_OUTPUT"),
    ("output.samplerate", 44100, "INVALID_REQUEST"),
    ("source.type", "file", "INVALID_SOURCE"),
    ("source.url", LONG_URL, "INVALID_SOURCE"),
    ("source.url", "", "INVALID_SOURCE"),
    ("source.url", 7, "INVALID_SOURCE"),
    ("source.url", "ftp://example.com/a", "INVALID_SOURCE"),
    ("source.url", "https://user:pass@example.com/a", "INVALID_SOURCE"),
    ("source.url", "http://169.254.169.254/latest/meta-data", "INVALID_SOURCE"),
    ("source.url", "http://2852039166/", "INVALID_SOURCE"),
    ("source.url", None, "INVALID_REQUEST"),
    ("source.url", "s3://bucket/key.mp4", "INVALID_SOURCE"),
    ("source.file", "upload_1", "INVALID_SOURCE"),
    ("source.file", 7, "INVALID_SOURCE"),
    ("output.destination", "s3://bucket/key.mp3", "INVALID_OUTPUT"),
    ("output.destination", "https://example.com/", "INVALID_OUTPUT"),
    ("output.destination", "", "INVALID_OUTPUT"),
    ("options.priority", "urgent", "INVALID_REQUEST"),
    ("options.filename", "../../etc/passwd", "INVALID_REQUEST"),
    ("options.filename", "x" * 201, "INVALID_REQUEST"),
    ("options.filename", "a\u202egpj", "INVALID_REQUEST"),
    ("options.filename", "a\x9bb", "INVALID_REQUEST"),
    ("options.webhook", "https://10.0.0.1/", "INVALID_REQUEST"),
    ("options.webhook", "https://example.com/" + "a" * 2040, "INVALID_REQUEST"),
    ("options.colour", "blue", "INVALID_REQUEST"),
    ("extra", 1, "INVALID_REQUEST"),
]


@pytest.mark.parametrize(("path", "value", "code"), REFUSED)
def test_a_bad_field_is_refused_and_named(api: Api, path: str, value: Any, code: str) -> None:
    single = api.post("/v1/extract", changed(path, value))
    assert (single.status, single.error["code"]) == (400, code)
    assert single.error["message"].startswith(f"{path}: ")
    batch = api.post("/v1/batch", {"jobs": [extract_body(), changed(path, value)]})
    assert (batch.status, batch.error["code"]) == (400, code)
    assert batch.error["message"].startswith(f"jobs[1].{path}: ")


@pytest.mark.parametrize(
    ("format", "field", "value", "told"),
    [
        ("mp3", "trim.start", -1, "must be a number of seconds from 0 to 604800"),
        ("mp3", "trim.start", 604_801, "must be a number of seconds from 0 to 604800"),
        ("mp3", "trim.start", "1", "must be a number of seconds from 0 to 604800"),
        ("mp3", "trim.start", True, "must be a number of seconds from 0 to 604800"),
        ("mp3", "trim.end", 5, "must be at least 0.01 s after the start"),
        ("mp3", "trim.end", 5.001, "must be at least 0.01 s after the start"),
        ("mp3", "sampleRate", 96_000, "mp3 takes sample rates of 8000, "),
        ("opus", "sampleRate", 44_100, "opus takes sample rates of 8000, 12000, 16000, 24000 or 48000 Hz."),
        ("flac", "sampleRate", 0, "flac takes sample rates of 8000, "),
        ("flac", "sampleRate", "48000", "must be a whole number"),
        ("flac", "sampleRate", True, "must be a whole number"),
        ("waveform", "sampleRate", 8000, "a waveform is drawn, not heard"),
        ("mp3", "channels", 0, "mp3 takes 1 or 2 channels."),
        ("mp3", "channels", 6, "mp3 takes 1 or 2 channels."),
        ("waveform", "channels", 3, "waveform takes 1 or 2 channels."),
        ("flac", "channels", 9, "flac takes 1, 2, 3, 4, 5, 6, 7 or 8 channels."),
        ("flac", "channels", 1.5, "must be a whole number"),
        ("mp3", "track", -1, 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("mp3", "track", 100, 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("mp3", "track", "German", 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("mp3", "track", "1", 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("mp3", "track", True, 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("mp3", "track", ["de"], 'must be a number from 0 to 99 or a language like "de" or "deu"'),
        ("waveform", "quality", "high", "a waveform is drawn, not heard"),
        ("waveform", "bitrate", "64k", "a waveform is drawn, not heard"),
        ("waveform", "normalize", True, "a waveform is drawn, not heard"),
        ("waveform", "preserveMetadata", True, "a waveform is drawn, not heard"),
    ],
)
def test_what_cannot_be_had_is_refused(api: Api, format: str, field: str, value: Any, told: str) -> None:  # noqa: A002
    parent, _, name = field.rpartition(".")
    inside = {"start": 5} | {name: value}
    output = {"format": format} | ({parent: inside} if parent else {name: value})
    error = api.post("/v1/extract", extract_body(output=output)).error
    assert error["code"] == "INVALID_OUTPUT"
    assert error["message"].startswith(f"output.{field}: {told}")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ({"format": "mp3", "trim": {}}, "output.trim: must have a start, an end or both"),
        ({"format": "mp3", "trim": {"start": None}}, "output.trim: must have a start, an end or both"),
        (
            {"format": "mp3", "bitrate": "320k", "sampleRate": 22050},
            "output.sampleRate: mp3 of 22050 Hz in stereo carries at most 160k.",
        ),
        (
            {"format": "aac", "bitrate": "320k", "channels": 1},
            "output.channels: aac of 48000 Hz in mono carries at most 288k.",
        ),
        (
            {"format": "ogg", "bitrate": "64k", "sampleRate": 16000},
            "output.sampleRate: ogg of 16000 Hz in stereo takes a quality, not a bit rate.",
        ),
        ({"format": "mp4", "sampleRate": 1, "channels": 99}, "output.format: must be 'mp3', "),
    ],
)
def test_what_cannot_be_had_together_is_refused(api: Api, output: dict[str, Any], message: str) -> None:
    error = api.post("/v1/extract", extract_body(output=output)).error
    assert error["code"] == "INVALID_OUTPUT"
    assert error["message"].startswith(message)


def test_a_number_beyond_all_numbers_is_no_time(api: Api) -> None:
    body = json.dumps(extract_body(output={"format": "mp3", "trim": {"end": 5}})).replace("5", "1e400")
    error = api("POST", "/v1/extract", body.encode()).error
    assert error["message"] == "output.trim.end: must be a number of seconds from 0 to 604800"


def test_an_unknown_part_of_a_trim_is_named(api: Api) -> None:
    error = api.post("/v1/extract", extract_body(output={"format": "mp3", "trim": {"to": 3}})).error
    assert (error["code"], error["message"]) == ("INVALID_REQUEST", "output.trim.to: unknown field")


@pytest.mark.parametrize("field", ["flac", "wav"])
def test_a_bitrate_of_a_lossless_format_is_refused(api: Api, field: str) -> None:
    answer = api.post("/v1/extract", extract_body(output={"format": field, "bitrate": "192k"}))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_OUTPUT")
    assert "lossless" in answer.error["message"]


@pytest.mark.parametrize("missing", ["source", "output", "source.type", "source.url", "output.format"])
def test_a_missing_field_is_named(api: Api, missing: str) -> None:
    body: Any = {"source": {"type": "url", "url": "https://example.com/a"}, "output": {"format": "mp3"}}
    parent, _, name = missing.rpartition(".")
    del (body[parent] if parent else body)[name]
    answer = api.post("/v1/extract", body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"] == f"{missing}: this field is required"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"jobs": []}',
        b'{"jobs": {}}',
        b'{"jobs": [1]}',
        b'{"jobs": null}',
        b"{}",
        b'{"jobs": [{"source": NaN}]}',
        b'{"jobs": "\\ud800"}',
        b'{"jobs": ' + b"9" * 5000 + b"}",
        b'{"jobs": [], "jobs": []}',
        "{}".encode("utf-16"),
    ],
)
def test_a_body_that_is_no_batch_is_refused(api: Api, body: bytes) -> None:
    answer = api("POST", "/v1/batch", body)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"]


def test_several_faults_are_all_told(api: Api) -> None:
    body = {"jobs": [extract_body(output={"format": "mp4"}), extract_body(source={"type": "ftp", "url": 1})]}
    error = api.post("/v1/batch", body).error
    assert error["message"].startswith("jobs[0].output.format: ")
    assert isinstance(error["details"], str)
    assert "jobs[1].source.type" in error["details"]
    assert "jobs[1].source.url" in error["details"]


def test_the_limit_is_told_before_anything_else(api: Api) -> None:
    error = api.post("/v1/batch", {"jobs": [{}] * 11, "colour": "blue"}).error
    assert error["message"] == "Too many jobs in batch (max 10)"


def test_one_bad_job_refuses_the_whole_batch(api: Api) -> None:
    api.post("/v1/batch", {"jobs": [extract_body(), changed("output.format", "x")]})
    assert list(open_index.tokens(open_index.OPEN, 10**15)) == []


def test_any_content_type_is_read_as_json(api: Api) -> None:
    answer = api.post("/v1/extract", extract_body(), content_type="application/x-www-form-urlencoded")
    assert answer.status == 202


def test_a_full_queue_answers_503_with_retry_after(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_QUEUE_LIMIT", "1")
    settings.cache_clear()
    assert api.post("/v1/extract", extract_body()).status == 202
    for path, body in (("/v1/extract", extract_body()), ("/v1/batch", {"jobs": [extract_body()]})):
        answer = api.post(path, body)
        assert answer.status == 503
        assert answer.error == {"code": "QUEUE_FULL", "message": "Processing queue is currently full"}
        assert answer.headers["retry-after"] == "1"


def test_a_replay_says_so(api: Api) -> None:
    body = {"jobs": [extract_body()]}
    first = api.post("/v1/batch", body, idempotency_key="k1")
    again = api.post("/audio-extract/v1/batch", body, idempotency_key="k1")
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status, again.json) == (first.status, first.json)


def test_a_key_with_another_body_is_refused(api: Api) -> None:
    api.post("/v1/extract", extract_body(), idempotency_key="k1")
    answer = api.post("/v1/extract", extract_body(output={"format": "flac"}), idempotency_key="k1")
    assert (answer.status, answer.error["code"]) == (422, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_an_idempotency_key_has_a_form(api: Api, key: str) -> None:
    answer = api.post("/v1/extract", extract_body(), idempotency_key=key)
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
