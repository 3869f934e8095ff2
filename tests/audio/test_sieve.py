"""Films that stream through the engine with their picture left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chalicelib.errors import JobCancelled, JobError
from chalicelib.settings import settings
from tests.audio import media as truth
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.media import ffmpeg, mono, music
from tests.audio.test_copying import WIDE
from tests.audio.test_damaged_copies import noise
from tests.media.programs import Recorder

_VIDEO = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M")
_FRONT = ("-movflags", "+faststart")
_TRACKS = ("-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:1", "language=fra")


@pytest.fixture(scope="module")
def films(media: Path) -> Path:
    """All larger than what is read before deciding how to go on; a name with `front` has its index there."""
    ffmpeg(
        *WIDE,
        *music(10),
        *mono(10, 48000),
        *_TRACKS,
        *_VIDEO,
        "-c:a",
        "aac",
        *_FRONT,
        media / "front-film.mp4",
    )
    ffmpeg("-i", media / "front-film.mp4", "-map", "0", "-c", "copy", media / "back-film.mp4")
    ffmpeg("-ss", "3.3", "-i", media / "front-film.mp4", "-c", "copy", *_FRONT, media / "front-cut.mp4")
    ffmpeg("-i", media / "front-cut.mp4", "-c", "copy", media / "back-cut.mp4")
    late = [*WIDE, "-itsoffset", "2", *music(8), *_VIDEO, "-c:a", "aac", *_FRONT]
    ffmpeg(*late, media / "front-late.mp4")
    ffmpeg(*WIDE, *music(10), *_VIDEO, "-c:a", "aac", *noise(3, 5), *_FRONT, media / "front-damaged.mp4")
    for path in media.glob("front-*.mp4"):
        assert path.stat().st_size > 1.5 * (1 << 20)
    return media


@pytest.mark.parametrize("track", [None, 1, "fr"])
@pytest.mark.parametrize("to", ["mp3", "wav", "flac", "m4a", "aac"])
def test_the_result_is_the_same_as_from_a_file(
    audio: Audio, films: Path, to: str, track: int | str | None
) -> None:
    """Byte for byte, and what is said of it too."""
    results = []
    for name in ("front-film.mp4", "back-film.mp4"):
        outcome = audio.run(f"plain/{name}", to, track=track, quality="high")
        assert (outcome["mode"], outcome["warnings"]) == ("copy" if to in ("m4a", "aac") else "transcode", [])
        told = {
            key: value for key, value in outcome["output"].items() if key not in ("key", "name", "filename")
        }
        results.append((audio.result(outcome).read_bytes(), told))
    assert results[0] == results[1]


@pytest.mark.parametrize("to", ["mp3", "aac"])
@pytest.mark.parametrize("index", ["front", "back"])
def test_a_clip_cut_out_without_encoding_begins_with_its_sound(
    audio: Audio, films: Path, index: str, to: str
) -> None:
    """Its picture is sent from the last whole frame on, which is before the cut and not shown."""
    outcome = audio.run(f"plain/{index}-cut.mp4", to)
    assert outcome["warnings"] == []
    assert truth.seconds(audio.result(outcome)) == pytest.approx(6.7, abs=0.1)


@pytest.mark.parametrize("to", ["mp3", "m4a"])
def test_sound_that_starts_late(audio: Audio, films: Path, to: str) -> None:
    path = audio.result(audio.run("plain/front-late.mp4", to))
    assert truth.seconds(path) == pytest.approx(10, abs=0.1)
    assert truth.first_sound(path) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("to", ["mp3", "aac"])
def test_a_source_of_unknown_length(audio: Audio, films: Path, to: str) -> None:
    outcome = audio.run("chunked/front-film.mp4", to)
    assert outcome["warnings"] == []
    assert truth.seconds(audio.result(outcome)) == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("to", ["mp3", "aac"])
def test_a_source_that_ends_early(audio: Audio, films: Path, to: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run("truncated/front-film.mp4", to)
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", True)


@pytest.mark.parametrize("to", ["mp3", "aac"])
def test_a_source_of_unknown_length_that_ends_early(audio: Audio, films: Path, to: str) -> None:
    whole = (films / "front-film.mp4").read_bytes()
    (films / "half.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(JobError) as caught:
        audio.run("chunked/half.mp4", to)
    assert caught.value.code == "INVALID_VIDEO"


def test_a_copy_that_cannot_be_decoded_is_given_up_and_the_source_fetched_again(
    audio: Audio, films: Path
) -> None:
    before = len(audio.web.log)
    outcome = audio.run("plain/front-damaged.mp4", "aac")
    assert outcome["mode"] == "transcode"
    assert [warning.partition(":")[0] for warning in outcome["warnings"]] == ["decode_errors"]
    assert len(audio.web.log) == before + 2


@pytest.mark.parametrize("damage", [[], noise(9, 10)], ids=["whole", "damaged"])
def test_a_copy_is_checked_while_the_rest_of_it_arrives(
    audio: Audio, media: Path, tmp_path: Path, environment: pytest.MonkeyPatch, damage: list[str]
) -> None:
    """As soon as there are the 20 seconds that the check takes: the rest comes when it has begun."""
    path, expected = media / f"front-long-{len(damage)}.mp4", tmp_path / "expected.aac"
    picture = ["-f", "lavfi", "-i", "nullsrc=s=160x120:r=5:d=50,geq=random(1)*255:128:128"]
    ffmpeg(*picture, *music(50), *_VIDEO, "-c:a", "aac", *damage, *_FRONT, path)
    ffmpeg("-i", path, "-map", "0:a", "-c", "copy", "-f", "adts", expected)
    recorded = Recorder(tmp_path)
    environment.setenv("FFMPEG_PATH", str(recorded.path))
    settings.cache_clear()

    def open_gate(_: str) -> None:
        if any("asetpts" in " ".join(call.arguments) for call in recorded.started()):
            audio.web.gate.set()

    audio.web.gate.clear()
    outcome = audio.run(f"gated/{path.name}", "aac", RecordingTask(on_report=open_gate))
    assert outcome["mode"] == ("transcode" if damage else "copy")
    same = audio.result(outcome).read_bytes() == expected.read_bytes()
    assert same is not bool(damage)


def test_a_copy_is_cancelled_while_its_source_is_silent(audio: Audio, films: Path) -> None:
    moments: list[float] = []

    def cancel(step: str) -> None:
        if step == "extracting":
            moments.append(time.monotonic())
            raise JobCancelled("cancelled")

    with pytest.raises(JobCancelled):
        audio.run("stall/front-film.mp4", "aac", RecordingTask(on_report=cancel))
    assert time.monotonic() - moments[0] < 5
