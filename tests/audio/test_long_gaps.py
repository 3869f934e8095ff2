"""Gaps are filled in memory, of which a worker has just so much."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio.speech import speech_track
from chalicelib.errors import JobError
from chalicelib.settings import READER_MB, WORKER_MB, settings
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.media import ffmpeg

SECONDS = 1510
PICTURE = ("-f", "lavfi", "-i", f"color=s=64x36:r=1:d={SECONDS}")
SOUND = ("-f", "lavfi", "-i", f"sine=d={SECONDS}:r=48000,aselect='lt(t,5)+gt(t,1505)'")


@pytest.fixture(scope="module")
def pause(media: Path) -> str:
    """Five seconds of sound, 25 minutes of none, and five seconds."""
    encoded = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-ac", "2")
    ffmpeg(*PICTURE, *SOUND, "-map", "0", "-map", "1", *encoded, media / "pause.mkv")
    return "plain/pause.mkv"


@pytest.fixture(params=[READER_MB, WORKER_MB])
def memory(audio: Audio, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Of the text worker, and of the audio worker."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", str(request.param))
    settings.cache_clear()


@pytest.mark.usefixtures("memory")
def test_speech_is_made_small_first(audio: Audio, pause: str) -> None:
    with speech_track(audio.web.url(pause), RecordingTask(), lambda _: None) as track:
        assert track.seconds == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.usefixtures("memory")
def test_what_cannot_be_filled_is_an_error_not_a_wrong_time(audio: Audio, pause: str) -> None:
    with pytest.raises(JobError, match="a gap that is too long") as caught:
        audio.run(pause, "mp3")
    assert (caught.value.code, caught.value.retryable) == ("EXTRACTION_FAILED", False)
