"""What a broken or changing source does to a job that is already encoding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.errors import JobError
from tests.audio.conftest import Audio
from tests.stand_ins.ranges import Act, RangeHost

LATE = 1_500_000
"""Behind the head, when the encoder is at work."""


@contextmanager
def hosted(file: Path) -> Iterator[RangeHost]:
    with RangeHost(file.read_bytes()) as host:
        assert len(host.body) > LATE
        yield host


def sound(audio: Audio, host: RangeHost) -> str:
    outcome = audio.run(host.url("/source"), "wav")
    return hashlib.sha256(audio.result(outcome).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["index-first.mov", "index-last.mov"])
def test_a_job_outlives_its_connections(audio: Audio, media: Path, name: str) -> None:
    """Fed to the encoder or kept in a file first."""
    with hosted(media / name) as host:
        whole = sound(audio, host)
        host.log.clear()
        host.acts = [Act(cut=1000), Act(cut=LATE - 1000)]
        assert sound(audio, host) == whole
        assert host.ranges() == [f"bytes={at}-{len(host.body) - 1}" for at in (1000, LATE)]


def test_a_source_that_changes_under_a_job(audio: Audio, media: Path) -> None:
    with hosted(media / "index-first.mov") as host:
        host.acts = [Act(cut=LATE), Act(body=bytes(len(host.body)))]
        with pytest.raises(JobError, match="changed while it was being fetched") as caught:
            sound(audio, host)
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", True)


@pytest.mark.parametrize(("ranges", "words"), [("none", "ended early"), ("bytes", "changed while")])
def test_a_length_that_is_too_long(audio: Audio, media: Path, ranges: str, words: str) -> None:
    """The media is whole, but what was promised did not come, and the host's range has another total."""
    with hosted(media / "index-first.mov") as host:
        promised = str(len(host.body) + 1000)
        lie = Act(headers={"Content-Length": promised, "Accept-Ranges": ranges, "Connection": "close"})
        host.acts = [lie]
        with pytest.raises(JobError, match=words) as caught:
            sound(audio, host)
    assert (caught.value.code, caught.value.retryable) == ("DOWNLOAD_FAILED", True)
