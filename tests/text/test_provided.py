from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.request import TextRequest
from chalicelib.text.sources.provided import Provided
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Cue
from tests.stand_ins.web import WebServer
from tests.text.tasks import QuietTask

YOUTUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FILE = "https://media.test/talks/On%20lamps.mp4"
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n"
pytestmark = pytest.mark.usefixtures("cloud")


def wanted(url: str = YOUTUBE, **request: Any) -> Wanted:
    return Wanted(TextRequest(url=url, **request), urls.parse(url), QuietTask())


def store(data: bytes) -> str:
    aws.s3().put_object(Bucket=settings().bucket, Key="captions/one", Body=data)
    return "captions/one"


def failure(asked: Wanted) -> JobError:
    with pytest.raises(JobError) as error:
        Provided().fetch(asked)
    return error.value


def code_of(asked: Wanted) -> tuple[str, bool]:
    error = failure(asked)
    return error.code, error.retryable


def test_only_for_those_who_bring_captions() -> None:
    assert not Provided().applies(wanted())
    assert Provided().applies(wanted(captions_url="https://a.test/b.srt"))
    assert Provided().applies(wanted(captions_key="captions/one"))


def test_captions_from_the_bucket() -> None:
    found = Provided().fetch(wanted(FILE, captions_key=store(SRT), captions_format="srt", language="de"))
    assert found.cues == (Cue(1, 1, "Good evening."),)
    assert (found.source, found.language, found.is_generated) == ("captions", "de", None)
    assert (found.video.url, found.video.title) == (FILE, "On lamps")


def test_captions_from_a_url(media: WebServer) -> None:
    found = Provided().fetch(wanted(captions_url=media.url("plain/lecture.srt")))
    assert found.cues[0].text.startswith("Hello everybody")
    assert (found.video.video_id, found.video.title) == ("dQw4w9WgXcQ", "lecture")
    assert found.video.thumbnail == "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"


def test_the_files_own_language_comes_before_the_one_asked_for() -> None:
    vtt = b"WEBVTT\nLanguage: en-GB\n\n00:01.000 --> 00:02.000\nHello\n"
    assert Provided().fetch(wanted(captions_key=store(vtt), language="en")).language == "en-GB"
    assert Provided().fetch(wanted(captions_key=store(SRT))).language == "und"


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (403, False), (503, True), (429, True)])
def test_a_host_that_answers_something_else(media: WebServer, status: int, retryable: bool) -> None:
    error = failure(wanted(captions_url=media.url(f"status/{status}")))
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", retryable)
    assert f"answered {status}. Check that" in error.message
    assert ("try again later" in error.message) == retryable
    assert error.message.endswith("or send them along as `captions`.")


def test_a_download_that_breaks_off_may_be_tried_again(media: WebServer) -> None:
    error = failure(wanted(captions_url=media.url("truncated/lecture.srt")))
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", True)
    assert "send them along" in error.message


def test_addresses_of_ours_are_not_fetched(monkeypatch: pytest.MonkeyPatch, media: WebServer) -> None:
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "")
    assert code_of(wanted(captions_url=media.url("plain/lecture.srt"))) == ("DOWNLOAD_FAILED", False)


def test_too_large_from_either_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("large")
    (folder / "large.txt").write_bytes(b"word " * 2_000_001)
    with WebServer(folder) as host:
        for way in ("plain", "chunked"):
            asked = wanted(captions_url=host.url(f"{way}/large.txt"))
            assert code_of(asked) == ("CAPTIONS_TOO_LARGE", False)
    assert code_of(wanted(captions_key=store(b"word " * 2_000_001))) == ("CAPTIONS_TOO_LARGE", False)


def test_a_page_instead_of_captions(media: WebServer) -> None:
    url = media.url("text?body=<html>no</html>&type=text/html")
    assert code_of(wanted(captions_url=url)) == ("CAPTIONS_INVALID", False)
    assert code_of(wanted(captions_url=media.url("plain/talk.mp4"))) == ("CAPTIONS_INVALID", False)


def test_captions_that_are_no_longer_kept() -> None:
    assert code_of(wanted(captions_key="captions/gone")) == ("CAPTIONS_INVALID", False)
