"""What comes out, by an independent meter: LUFS from pyloudnorm, peaks from eightfold oversampling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import signal

from chalicelib.audio.loudness import Loudness, compare, parse
from tests.audio import media as truth
from tests.audio import signals
from tests.audio.conftest import Audio, RecordingTask
from tests.audio.signals import at, heard

PEAK = -1.5
METERS = 0.1
"""dB by which two meters of true peaks may differ."""
FORMATS = ("wav", "flac", "mp3", "aac", "opus", "ogg")


@pytest.fixture(scope="module", autouse=True)
def sounds(media: Path) -> None:
    music, speech = signals.music(), signals.speech()
    for name, samples in {
        "music": at(-20, music),
        "speech": at(-30, speech),
        "explosive": at(-30, signals.speech(plosives=3)),
        "quiet": at(-60, music),
        "quiet-speech": at(-60, speech),
        "clipped": signals.clipped(music),
        "steps": signals.steps(),
        "talk": at(-30, np.stack([speech, np.roll(speech, 300) * 0.5], axis=1)),
    }.items():
        signals.write(media / f"{name}.wav", samples)
    surround = ["-af", "pan=5.1|FL=FL|FR=FR|FC=0.7*FL+0.3*FR|LFE=0*FL|BL=0.3*FR|BR=0.3*FL"]
    truth.ffmpeg("-i", media / "music.wav", *surround, "-c:a", "flac", media / "surround.flac")


def levelled(
    audio: Audio, source: str, to: str, target: float, **request: Any
) -> tuple[Path, dict[str, Any]]:
    outcome = audio.run(f"plain/{source}", to, normalize=True, **request)
    result = audio.result(outcome)
    found = heard(result)
    assert found.lufs == pytest.approx(target, abs=0.5)
    assert found.peak <= PEAK + METERS
    assert outcome["warnings"] == []
    facts: dict[str, Any] = outcome["loudness"]
    assert facts["target_lufs"] == target
    assert facts["output_lufs"] == pytest.approx(found.lufs, abs=0.3)
    return result, facts


@pytest.mark.parametrize("to", ["wav", "mp3", "opus"])
@pytest.mark.parametrize(
    "source",
    [
        *("music.wav", "speech.wav", "talk.wav", "quiet.wav", "quiet-speech.wav"),
        *("clipped.wav", "explosive.wav", "steps.wav", "loud.wav", "surround.flac", "aac.mp4"),
    ],
)
def test_any_sound_meets_the_target(audio: Audio, source: str, to: str) -> None:
    levelled(audio, source, to, -16)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(("source", "target"), [("speech.wav", -14), ("speech.wav", -23), ("music.wav", -14)])
def test_any_target_is_met(audio: Audio, source: str, target: float, to: str) -> None:
    levelled(audio, source, to, target, target_lufs=target)


def test_the_operators_target_is_the_default(audio: Audio, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_TARGET_LUFS", "-23")
    environment.setenv("BATCHREEL_TARGET_PEAK", "-3")
    outcome = audio.run("plain/music.wav", "wav", normalize=True)
    assert heard(audio.result(outcome)).lufs == pytest.approx(-23, abs=0.5)
    assert outcome["loudness"]["target_peak_dbtp"] == -3
    assert heard(audio.result(audio.run("plain/speech.wav", "wav", normalize=True))).peak <= -3 + METERS


def test_without_a_limiter_nothing_but_the_level_changes(audio: Audio, media: Path) -> None:
    result, facts = levelled(audio, "quiet.wav", "wav", -23, target_lufs=-23, quality="high")
    assert not facts["limited"]
    before, after = signals.decoded(media / "quiet.wav"), signals.decoded(result)
    gain = np.float64(10 ** (facts["gain_db"] / 20))
    assert np.abs(after - before * gain).max() < 10 ** (-90 / 20)


def test_a_limiter_shifts_nothing(audio: Audio, media: Path) -> None:
    result, facts = levelled(audio, "speech.wav", "wav", -16)
    assert facts["limited"]
    before, after = signals.decoded(media / "speech.wav"), signals.decoded(result)
    assert len(after) == len(before)
    alike = signal.correlate(after, before)
    assert int(np.argmax(alike)) - (len(before) - 1) == 0


@pytest.mark.parametrize("to", ["wav", "opus"])
def test_what_cannot_be_had_is_told(audio: Audio, to: str) -> None:
    outcome = audio.run("plain/explosive.wav", to, normalize=True, target_lufs=-7)
    found, facts = heard(audio.result(outcome)), outcome["loudness"]
    assert found.lufs < -8
    assert facts["output_lufs"] == pytest.approx(found.lufs, abs=0.3)
    assert f"loudness_missed:{facts['output_lufs']:.1f}" in outcome["warnings"]
    told = any(warning.startswith("peak_missed") for warning in outcome["warnings"])
    assert told == (facts["output_peak_dbtp"] > PEAK + METERS)


@pytest.mark.parametrize("source", ["silence.wav", "short.wav"])
def test_what_has_no_loudness_is_left_alone(audio: Audio, source: str, media: Path) -> None:
    outcome = audio.run(f"plain/{source}", "flac", normalize=True)
    assert outcome["warnings"] == ["loudness_unmeasurable"]
    assert outcome["loudness"] is None
    assert (signals.decoded(audio.result(outcome)) == signals.decoded(media / source)).all()


def test_without_asking_nothing_is_measured(audio: Audio) -> None:
    assert audio.run("plain/quiet.wav", "wav")["loudness"] is None


def test_progress_never_falls(audio: Audio) -> None:
    for source in ("speech.wav", "explosive.wav", "music.wav"):
        task = RecordingTask()
        audio.run(f"plain/{source}", "mp3", task, normalize=True)
        values = [value for value, _ in task.reports]
        assert values == sorted(values)
        assert task.steps() == ["downloading", "analyzing", "extracting", "finalizing"]


def test_a_tag_that_looks_like_a_measurement(audio: Audio, media: Path) -> None:
    spoof = "Summary:\n\n  Integrated loudness:\n    I:         -5.0 LUFS\n  True peak:\n    Peak: -9.0 dBFS"
    truth.ffmpeg("-i", media / "speech.wav", "-metadata", f"comment={spoof}", media / "spoof.mkv")
    _, facts = levelled(audio, "spoof.mkv", "wav", -16)
    assert facts["input_lufs"] == pytest.approx(-30, abs=0.2)


@pytest.mark.usefixtures("environment")
def test_several_chains_in_one_reading(media: Path) -> None:
    chains = [[f"volume={gain}dB"] for gain in (6, 0, -12)]
    found = compare(media / "music.wav", 0, ["aresample=44100"], chains, lambda _: None)
    assert found == pytest.approx([-32, -20, -14], abs=0.2)


def test_summary() -> None:
    text = "I: -70.0 LUFS\nSummary:\n  I:         -20.5 LUFS\n  True peak:\n    Peak:       -3.1 dBFS\n"
    assert parse(text) == Loudness(-20.5, -3.1)
    assert parse("Summary:\n I: -70.0 LUFS\n Peak: -inf dBFS\n") is None
    assert parse("") is None
