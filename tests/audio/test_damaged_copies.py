"""Packets that ffmpeg copies without complaint, and that nobody can play: in containers that are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import JobError
from tests.audio import media as truth
from tests.audio.conftest import Audio
from tests.audio.media import ffmpeg, mono, music

CODECS = {
    "aac": "aac",
    "m4a": "aac",
    "mp3": "libmp3lame",
    "ogg": "libvorbis",
    "opus": "libopus",
    "flac": "flac",
}
SECONDS = 24


def damaged(folder: Path, to: str, start: float, end: float) -> str:
    """What could be copied as `to`, were its packets from `start` to `end` not noise. Returns its path on the
    host."""
    path = folder / f"damaged-{to}-{start}.{'mov' if CODECS[to] == 'aac' else 'mka'}"
    ffmpeg(*mono(SECONDS), "-c:a", CODECS[to], "-b:a", "32k", *noise(start, end), path)
    return f"plain/{path.name}"


def noise(start: float, end: float) -> list[str]:
    """The same each time."""
    return ["-bsf:a:0", f"noise=amount='between(pts*tb,{start},{end})'"]


@pytest.mark.parametrize(
    ("to", "start"), [("aac", 17), ("m4a", 17), ("mp3", 17), ("ogg", 21), ("opus", 21), ("flac", 21)]
)
def test_what_cannot_be_decoded_is_encoded_instead(audio: Audio, media: Path, to: str, start: int) -> None:
    outcome = audio.run(damaged(media, to, start, start + 2), to)
    assert outcome["mode"] == "transcode"
    assert [warning.partition(":")[0] for warning in outcome["warnings"]] == ["decode_errors"]
    assert truth.seconds(audio.result(outcome)) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("to", ["aac", "m4a"])
def test_what_is_damaged_only_after_its_first_20_seconds_is_copied(
    audio: Audio, media: Path, to: str
) -> None:
    outcome = audio.run(damaged(media, to, 21, 23), to)
    assert (outcome["mode"], outcome["warnings"]) == ("copy", [])


@pytest.mark.parametrize("to", ["aac", "mp3", "ogg", "flac"])
def test_what_cannot_be_decoded_at_all_fails(audio: Audio, media: Path, to: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run(damaged(media, to, 0, SECONDS), to)
    assert (caught.value.code, caught.value.retryable) == ("INVALID_VIDEO", False)
    assert caught.value.message == "The audio track is damaged or encrypted."


@pytest.mark.parametrize("to", ["aac", "m4a"])
def test_what_was_streamed_is_fetched_again_to_be_encoded(audio: Audio, media: Path, to: str) -> None:
    """More than the head that is looked at, with the index in front."""
    much = [
        "-f",
        "lavfi",
        "-i",
        "anoisesrc=r=48000:d=10:seed=1",
        "-map",
        "0",
        "-map",
        "1",
        "-c:a:1",
        "pcm_s16le",
    ]
    path, front = media / "damaged-wide.mov", ["-ac:a:1", "2", "-movflags", "+faststart"]
    ffmpeg(*music(10), *much, "-c:a:0", "aac", *noise(3, 5), *front, path)
    before = len(audio.web.log)
    outcome = audio.run("plain/damaged-wide.mov", to)
    assert outcome["mode"] == "transcode"
    assert truth.seconds(audio.result(outcome)) == pytest.approx(10, abs=0.1)
    assert len(audio.web.log) == before + 2
