"""`s3://` as a source and as a destination: only where the operator allows it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.settings import settings
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body
from tests.api.test_audio_uploads import stored

ALLOWED = "videos,shared/in/2026"


@pytest.fixture(autouse=True)
def _allowed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOURCE_BUCKETS", "DESTINATION_BUCKETS"):
        monkeypatch.setenv("BATCHREEL_" + name, f"{ALLOWED},{settings().bucket}")
    settings.cache_clear()


def source(url: str) -> dict[str, Any]:
    return extract_body(source={"type": "url", "url": url})


def to(destination: str) -> dict[str, Any]:
    return extract_body(output={"format": "mp3", "destination": destination})


GOOD = [
    "s3://videos/a.mp4",
    "s3://videos/a b/ü?x=1#y%20+.mp4",
    "s3://videos/deep//er/…/a",
    "s3://videos/a..b/.c",
    "s3://videos/" + "k" * 1024,
    "s3://shared/in/2026/a",
]
BAD = [
    "s3://videos/../a",
    "s3://videos/a/./b",
    "s3://videos/a\x00b",
    "s3://videos/a\nb",
    "s3://videos/" + "ü" * 513,
    "s3://other/a",
    "s3://videos2/a",
    "s3://shared/in/2025/a",
    "s3://shared/in/20261/a",
    "s3://shared/in/2026/../../a",
    "s3://shared/a",
    "s3://VIDEOS/a",
    "s3://videos:443/a",
    "s3://me@videos/a",
    "s3:///a",
    "s3://",
    "S3://videos/a",
    "s3:videos/a",
]


@pytest.mark.parametrize("url", GOOD)
def test_an_object_of_an_allowed_bucket_is_a_source(api: Api, url: str) -> None:
    assert stored(api.post("/v1/extract", source(url))).request["url"] == url


@pytest.mark.parametrize("url", [*BAD, "s3://videos", "s3://videos/", "s3://videos/folder/"])
def test_no_other_is(api: Api, url: str) -> None:
    answer = api.post("/v1/extract", source(url))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_SOURCE")
    assert answer.error["message"].startswith("source.url: ")


@pytest.mark.parametrize(
    "url", [*GOOD, "s3://videos", "s3://videos/", "s3://videos/folder/", "s3://shared/in/2026/"]
)
def test_an_allowed_bucket_is_a_destination(api: Api, url: str) -> None:
    assert stored(api.post("/v1/extract", to(url))).request["destination"] == url


@pytest.mark.parametrize("url", [*BAD, "https://videos.s3.amazonaws.com/a"])
def test_no_other_is_a_destination(api: Api, url: str) -> None:
    answer = api.post("/v1/extract", to(url))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_OUTPUT")
    assert answer.error["message"].startswith("output.destination: ")


def test_our_own_bucket_is_neither_even_if_it_is_listed(api: Api) -> None:
    """It holds the files of every account."""
    url = f"s3://{settings().bucket}/jobs/job_1/1/audio.mp3"
    assert api.post("/v1/extract", source(url)).error["code"] == "INVALID_SOURCE"
    assert api.post("/v1/extract", to(url)).error["code"] == "INVALID_OUTPUT"


def test_a_refusal_does_not_tell_what_is_allowed(api: Api) -> None:
    message = api.post("/v1/extract", source("s3://other/a")).error["message"]
    assert "not allowed" in message
    assert "videos" not in message


def test_where_the_copy_lies_is_shown(api: Api) -> None:
    job_id = api.post("/v1/extract", to("s3://videos/")).json["data"]["jobId"]
    completed(job_id, destination="s3://videos/video.mp3")
    shown = api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]
    assert (shown["destination"], shown["filename"]) == ("s3://videos/video.mp3", "video.mp3")


def test_what_has_no_copy_shows_none(api: Api) -> None:
    job_id = api.post("/v1/extract", extract_body()).json["data"]["jobId"]
    completed(job_id)
    assert "destination" not in api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]
