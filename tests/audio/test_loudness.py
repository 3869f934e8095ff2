from __future__ import annotations

import pytest

from chalicelib.audio.loudness import Loudness, parse
from tests.audio import media as truth
from tests.audio.conftest import Audio


@pytest.mark.parametrize("source", ["quiet.wav", "loud.wav", "aac.mp4", "surround.mkv"])
@pytest.mark.parametrize("to", ["wav", "mp3"])
def test_target_is_met(audio: Audio, source: str, to: str) -> None:
    outcome = audio.run(f"plain/{source}", to, normalize=True)
    result = audio.result(outcome)
    facts = outcome["loudness"]
    tolerance = 1.0 if facts["limited"] else 0.5
    assert facts["target_lufs"] == -16
    assert truth.lufs(result) == pytest.approx(-16, abs=tolerance)
    assert facts["output_lufs"] == pytest.approx(truth.lufs(result), abs=0.5)
    assert outcome["mode"] == "transcode"
    assert truth.seconds(result) == pytest.approx(3, abs=0.1)


def test_peaks_stay_below_the_ceiling(audio: Audio) -> None:
    outcome = audio.run("plain/quiet.wav", "wav", normalize=True, quality="high")
    text = truth.ffmpeg("-i", audio.result(outcome), "-af", "ebur128=peak=true", "-f", "null", "-")
    peak = float(text.rsplit("Peak:", 1)[1].split()[0])
    assert peak <= -1.4


@pytest.mark.parametrize("source", ["silence.wav", "short.wav"])
def test_what_has_no_loudness_is_left_alone(audio: Audio, source: str) -> None:
    outcome = audio.run(f"plain/{source}", "flac", normalize=True)
    assert outcome["warnings"] == ["loudness_unmeasurable"]
    assert outcome["loudness"] is None


def test_without_asking_nothing_is_measured(audio: Audio) -> None:
    assert audio.run("plain/quiet.wav", "wav")["loudness"] is None


def test_gain() -> None:
    assert Loudness(-23, -10).gain == 7
    assert not Loudness(-23, -10).limited
    assert Loudness(-23, -3).limited
    assert Loudness(-69, -60).gain == 40


def test_summary() -> None:
    text = "I: -70.0 LUFS\nSummary:\n  I:         -20.5 LUFS\n  True peak:\n    Peak:       -3.1 dBFS\n"
    assert parse(text) == Loudness(-20.5, -3.1)
    assert parse("Summary:\n I: -70.0 LUFS\n Peak: -inf dBFS\n") is None
    assert parse("") is None
