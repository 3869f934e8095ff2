"""Valid files with much in them beside the sound."""

from __future__ import annotations

import pytest

from tests.audio import media as truth
from tests.audio.conftest import Audio


@pytest.mark.parametrize("source", ["cover.mp3", "cover.flac", "attachment.mkv"])
def test_sound_after_the_first_megabyte(audio: Audio, source: str) -> None:
    outcome = audio.run(f"chunked/{source}", "wav")
    assert outcome["input"]["size"] > 1 << 20
    assert truth.seconds(audio.result(outcome)) == pytest.approx(3, abs=0.1)
    assert outcome["warnings"] == []


@pytest.mark.parametrize("source", ["chapters.mkv", "long-tag.mkv"])
def test_long_descriptions(audio: Audio, source: str) -> None:
    outcome = audio.run(f"plain/{source}", "mp3", preserve_metadata=True)
    result = audio.result(outcome)
    assert truth.seconds(result) == pytest.approx(3, abs=0.1)
    assert truth.tags(result)["title"] == "Kept"
