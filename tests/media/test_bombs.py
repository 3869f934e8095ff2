"""What would take more than there is: time, memory, disk. Each ends in its error, soon."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.audio import failures, ffmpeg, workspace
from chalicelib.audio.child import Child, Finished, Tail
from chalicelib.audio.limits import Limits
from chalicelib.errors import JobError
from chalicelib.settings import READER_MB, WORKER_MB, settings
from tests.audio import media as truth
from tests.audio.conftest import Audio, RecordingTask
from tests.media import bombs
from tests.stand_ins.web import WebServer

SHORT_SECONDS = 22
"""Of which a job keeps 20 back."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bombs")
    bombs.silence(made / "silence.mka")
    return made


@pytest.fixture
def served(audio: Audio, folder: Path, tmp_path: Path) -> Iterator[Audio]:
    with WebServer(folder) as server:
        yield Audio(server, tmp_path)


def limited(environment: pytest.MonkeyPatch, **values: int) -> None:
    for name, value in values.items():
        environment.setenv(f"BATCHREEL_{name}", str(value))
    settings.cache_clear()


def failure(audio: Audio, url: str, to: str, seconds: float = 300, *, normalize: bool = False) -> str:
    with pytest.raises(JobError) as caught:
        audio.run(url, to, RecordingTask(seconds), normalize=normalize)
    return caught.value.code


def largest() -> int:
    """Bytes of the largest file in the job's workspace."""
    paths = Path(tempfile.gettempdir()).glob(workspace.PREFIX + "*/*")
    return max((path.stat().st_size for path in paths), default=0)


def test_silence_fills_no_disk(served: Audio, folder: Path, environment: pytest.MonkeyPatch) -> None:
    """Six thousand times its size, if it were let."""
    assert (folder / "silence.mka").stat().st_size < 2_000_000
    limited(environment, SOURCE_MAX_BYTES=20_000_000)
    sizes: list[int] = []
    with pytest.raises(JobError) as caught:
        served.run("plain/silence.mka", "wav", RecordingTask(on_report=lambda _: sizes.append(largest())))
    assert caught.value.code == "TOO_LARGE"
    assert max(sizes) <= 20_000_000


@pytest.mark.parametrize("normalize", [False, True])
def test_silence_takes_no_more_than_the_time_there_is(served: Audio, normalize: bool) -> None:
    begin = time.monotonic()
    assert failure(served, "plain/silence.mka", "aac", SHORT_SECONDS, normalize=normalize) == "TIMEOUT"
    assert time.monotonic() - begin < 20


CLAIMS = [("1-second.flac", "mp3"), ("vorbis.mkv", "ogg"), ("vbr.mp3", "wav")]


@pytest.mark.parametrize(("source", "to"), CLAIMS)
@pytest.mark.parametrize("normalize", [False, True])
def test_longer_than_allowed(
    audio: Audio, environment: pytest.MonkeyPatch, source: str, to: str, normalize: bool
) -> None:
    """Whether the source tells, or claims to be short."""
    limited(environment, MAX_DURATION_SECONDS=2)
    assert failure(audio, f"plain/{source}", to, normalize=normalize) == "DURATION_EXCEEDED"


ENDS = {
    "TOO_LARGE": {"SOURCE_MAX_BYTES": 3_000_000},
    "DURATION_EXCEEDED": {"MAX_DURATION_SECONDS": 60},
    "TIMEOUT": {},
}


@pytest.mark.parametrize("code", ENDS)
@pytest.mark.parametrize("name", ["rate-48000.mp3", "rate-48000.aac", "aac.ts"])
def test_sound_without_end(
    audio: Audio, environment: pytest.MonkeyPatch, corpus: Path, name: str, code: str
) -> None:
    limited(environment, **ENDS[code])
    seconds = SHORT_SECONDS if code == "TIMEOUT" else 300
    with bombs.Endless(b"", (corpus / name).read_bytes()) as server:
        assert failure(audio, server.url("/sound"), "wav", seconds) == code


def test_bytes_without_end(audio: Audio, environment: pytest.MonkeyPatch, corpus: Path) -> None:
    """Of a kind that has to be fetched whole before it can be read."""
    limited(environment, SOURCE_MAX_BYTES=30_000_000)
    with bombs.Endless((corpus / "index-last.mp4").read_bytes()[:1000], bytes(1 << 16)) as server:
        assert failure(audio, server.url("/film"), "wav") == "TOO_LARGE"


def test_a_drip_is_given_no_more_than_the_time_there_is(audio: Audio) -> None:
    assert failure(audio, "drip/s16.wav", "mp3", seconds=21) == "TIMEOUT"


def test_tags(served: Audio, folder: Path, corpus: Path) -> None:
    (folder / "tagged.mp3").write_bytes(bombs.tagged((corpus / "cbr.mp3").read_bytes()))
    outcome = served.run("plain/tagged.mp3", "flac", preserve_metadata=True)
    result = served.result(outcome)
    assert truth.seconds(result) == pytest.approx(3, abs=0.1)
    assert result.stat().st_size < 2_000_000


def test_chapters(served: Audio, folder: Path) -> None:
    bombs.chaptered(folder / "chapters.mka")
    outcome = served.run("plain/chapters.mka", "mp3")
    assert truth.seconds(served.result(outcome)) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("film", ["faststart.mp4", "index-last.mp4"])
def test_an_index_larger_than_is_kept_in_memory(served: Audio, folder: Path, corpus: Path, film: str) -> None:
    (folder / "index.mp4").write_bytes(bombs.large_index((corpus / film).read_bytes(), 70 << 20))
    for to in ("aac", "mp3"):
        outcome = served.run("plain/index.mp4", to)
        assert truth.seconds(served.result(outcome)) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("depth", [10, 1000, 20_000])
def test_boxes_in_boxes(served: Audio, folder: Path, depth: int) -> None:
    (folder / "nested.mkv").write_bytes(bombs.nested(depth))
    assert failure(served, "plain/nested.mkv", "mp3") in ("INVALID_VIDEO", "NO_AUDIO")


def confined(program: str, limits: Limits) -> Finished:
    with Child([sys.executable, "-c", program], None, {}, limits, Tail(10)) as child:
        while child.listen():
            pass
        return child.finished()


def test_limit_on_memory() -> None:
    size = (2 << 30) + (64 << 20) * (os.cpu_count() or 1)
    finished = confined(f"held = bytes({size})", Limits())
    assert finished.returncode == 1
    assert "MemoryError" in finished.text


def test_a_small_worker_leaves_less_memory() -> None:
    program = f"held = bytes({700 << 20})"
    assert confined(program, Limits(worker_mb=WORKER_MB)).returncode == 0
    assert "MemoryError" in confined(program, Limits(worker_mb=READER_MB)).text


class _Refused(Limits):
    def impose(self, pid: int) -> None:
        raise PermissionError(pid)


def test_what_cannot_be_limited_does_not_run() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(PermissionError) as refused:
        confined("while True: pass", _Refused())
    assert set(os.listdir("/proc/self/fd")) <= before
    with pytest.raises(ProcessLookupError):
        os.kill(refused.value.args[0], 0)


def test_limit_on_processor_time() -> None:
    finished = confined("while True: pass", Limits(seconds=1 / (os.cpu_count() or 1)))
    assert failures.from_ffmpeg(finished.returncode, finished.text).code == "TIMEOUT"


@pytest.mark.usefixtures("environment")
def test_limit_on_processor_time_of_ffmpeg(corpus: Path) -> None:
    """It ends in order when it is told, as if all were well."""
    source = ["-i", f"file:{corpus / 'ten-hours.m4a'}"]
    encode = [*ffmpeg.INPUT_FENCE, *source, "-c:a", "libmp3lame", "-f", "null", "-"]
    finished = ffmpeg.run(encode, tick=lambda _: None, max_seconds=1 / (os.cpu_count() or 1))
    error = failures.from_ffmpeg(finished.returncode, finished.text)
    assert (error.code, error.retryable) == ("TIMEOUT", True)


def test_limits_on_files(tmp_path: Path) -> None:
    many = "files = [open('/dev/null') for _ in range(64)]"
    assert "Too many open files" in confined(many, Limits()).text
    large = f"open({str(tmp_path / 'full')!r}, 'wb').write(bytes(2_000_000))"
    assert "File too large" in confined(large, Limits(file_bytes=1_000_000)).text
    assert (tmp_path / "full").stat().st_size == 1_000_000
