"""The sample rate, channels and track that were asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.audio.audio_tracks import choose
from chalicelib.audio.layouts import layout
from chalicelib.audio.presets import RATES
from chalicelib.audio.probe import AudioStream, MediaInfo, probe
from chalicelib.errors import JobError
from tests.audio import media as truth
from tests.audio.conftest import Audio

EDGES = [(to, rate) for to, rates in RATES.items() for rate in (rates[0], rates[-1])]


@pytest.mark.parametrize(("to", "rate"), [*EDGES, ("mp3", 22050), ("ogg", 32000), ("m4a", 44100)])
def test_sample_rate(audio: Audio, to: str, rate: int) -> None:
    outcome = audio.run("plain/aac.mp4", to, sample_rate=rate)
    result = audio.result(outcome)
    # whoever decodes Opus does it at 48 kHz
    assert (
        probe(result).audio[0].rate == outcome["output"]["sample_rate"] == (48000 if to == "opus" else rate)
    )
    assert truth.seconds(result) == pytest.approx(3, abs=0.25)
    assert outcome["warnings"] == []


def test_a_low_sample_rate_of_opus_can_be_heard(audio: Audio) -> None:
    """Nothing is left above half of it."""
    sound = truth.samples(audio.result(audio.run("plain/aac.mp4", "opus", sample_rate=8000)), "-ac", "1")[
        :, 0
    ]
    spectrum = np.abs(np.fft.rfft(sound.astype(float)))
    above = round(len(spectrum) * 4500 / 24000)
    assert spectrum[above:].max() < 0.01 * spectrum.max()


@pytest.mark.parametrize("to", ["mp3", "aac", "m4a", "ogg", "opus", "flac", "wav"])
@pytest.mark.parametrize(("source", "channels"), [("mono.wav", 2), ("surround.mkv", 1), ("aac.mp4", 1)])
def test_channels(audio: Audio, to: str, source: str, channels: int) -> None:
    outcome = audio.run(f"plain/{source}", to, channels=channels)
    assert probe(audio.result(outcome)).audio[0].channels == outcome["output"]["channels"] == channels
    assert outcome["warnings"] == []


def test_one_channel_is_the_mix_of_both_and_two_are_alike(audio: Audio, media: Path) -> None:
    both = truth.samples(media / "index-last.mov").astype(int)
    one = truth.samples(audio.result(audio.run("plain/index-last.mov", "wav", channels=1)))
    assert np.abs(one[:, 0] - both.sum(axis=1) / 2).max() <= 1
    two = truth.samples(audio.result(audio.run("plain/mono.wav", "wav", channels=2)))
    assert np.array_equal(two[:, 0], two[:, 1])
    loud = truth.lufs(audio.result(audio.run("plain/mono.wav", "wav", channels=2)))
    assert loud == pytest.approx(truth.lufs(media / "mono.wav"), abs=0.2)


def test_lossless_formats_keep_the_channels_where_they_are(audio: Audio, media: Path) -> None:
    quad = truth.samples(media / "quad.wav")
    for to in ("wav", "flac"):
        outcome = audio.run("plain/quad.wav", to)
        assert np.array_equal(truth.samples(audio.result(outcome)), quad)
        assert (outcome["output"]["channels"], outcome["warnings"]) == (4, [])


@pytest.mark.parametrize("to", ["flac", "wav"])
@pytest.mark.parametrize("channels", [3, 4, 5, 6])
def test_fewer_channels_of_many(audio: Audio, to: str, channels: int) -> None:
    outcome = audio.run("plain/surround.mkv", to, channels=channels)
    assert probe(audio.result(outcome)).audio[0].channels == channels
    assert outcome["warnings"] == []


def test_more_channels_than_there_are(audio: Audio) -> None:
    outcome = audio.run("plain/aac.mp4", "flac", channels=6)
    assert (outcome["output"]["channels"], outcome["warnings"]) == (2, ["channels_lowered:2"])


@pytest.mark.parametrize(
    ("format", "found", "channels", "expected"),
    [
        ("wav", "quad(side)", 4, "quad(side)"),
        ("flac", "quad(side)", 4, "quad"),
        ("flac", "5.1(side)", 6, "5.1(side)"),
        ("flac", "7.1(wide)", 8, "7.1"),
        ("wav", "7.1.4", 12, "7.1.4"),
        ("wav", "12 channels", 12, None),
        ("wav", "5.1", 4, "quad"),
        ("wav", "5.1", 2, None),
        ("wav", "5.1'[x]", 6, "5.1"),
    ],
)
def test_layouts(format: str, found: str, channels: int, expected: str | None) -> None:  # noqa: A002
    count = {"5.1": 6}.get(found, channels)
    assert layout(format, AudioStream(0, "flac", 48000, count, None, True, found), channels) == expected


@pytest.mark.parametrize(
    ("same", "other"),
    [({"sample_rate": 48000}, {"sample_rate": 44100}), ({"channels": 2}, {"channels": 1})],
)
def test_a_copy_only_of_what_is_so_already(audio: Audio, same: dict[str, Any], other: dict[str, Any]) -> None:
    assert audio.run("plain/aac.mp4", "m4a", **same)["mode"] == "copy"
    assert audio.run("plain/aac.mp4", "m4a", **other)["mode"] == "transcode"


def test_a_bit_rate_stays_within_what_the_sample_rate_carries(audio: Audio) -> None:
    outcome = audio.run("plain/mono.wav", "opus", bitrate=128_000, sample_rate=24000)
    assert outcome["warnings"][0] == "bitrate_lowered:96000"
    output = audio.run("plain/rich.mp4", "mp3", bitrate=160_000, sample_rate=22050)["output"]
    assert output["bitrate"] == pytest.approx(160_000, rel=0.05)


# --- tracks


def pitch(path: Path) -> float:
    """Hz of the loudest tone."""
    sound = truth.samples(path, "-ac", "1", "-ar", "48000")[:, 0].astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(sound)))) * 48000 / len(sound)


@pytest.mark.parametrize("source", ["tracks.mkv", "tracks.mp4"])
@pytest.mark.parametrize(
    ("track", "tone"),
    [
        (None, 1200),  # the default one
        (0, 300),
        (1, 600),
        (2, 1200),
        ("de", 300),
        ("deu", 300),
        ("GER", 300),
        ("de-CH", 300),
        ("en", 1200),  # of two, the default one
        ("eng", 1200),
    ],
)
def test_the_track_that_was_asked_for(audio: Audio, source: str, track: int | str | None, tone: int) -> None:
    outcome = audio.run(f"plain/{source}", "mp3", track=track)
    assert pitch(audio.result(outcome)) == pytest.approx(tone, abs=2)


def test_a_track_is_copied_too(audio: Audio) -> None:
    outcome = audio.run("plain/tracks.mkv", "m4a", track="de")
    assert outcome["mode"] == "copy"
    assert pitch(audio.result(outcome)) == pytest.approx(300, abs=2)


@pytest.mark.parametrize("track", ["fr", 3, 99])
def test_a_track_that_is_not_there(audio: Audio, track: int | str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run("plain/tracks.mkv", "mp3", track=track)
    named = f'"{track}"' if isinstance(track, str) else str(track)
    assert (caught.value.code, caught.value.retryable) == ("TRACK_NOT_FOUND", False)
    assert caught.value.message == (
        f"The source has no audio track {named}; it has 0 (deu, 1 channel), 1 (eng, 2 channels), "
        '2 (eng, 1 channel, "Comments: all").'
    )


def test_no_track_at_all(audio: Audio) -> None:
    with pytest.raises(JobError) as caught:
        audio.run("plain/silent.mp4", "mp3", track="en")
    assert caught.value.code == "NO_AUDIO"


def stream(index: int, language: str | None, title: str | None = None) -> AudioStream:
    return AudioStream(index, "aac", 48000, 2, None, False, "stereo", language, title)


def test_the_very_language_comes_before_another_region() -> None:
    info = MediaInfo("matroska", 1, False, (stream(1, "pt-PT"), stream(2, "pt-BR"), stream(3, None)), True)
    assert choose(info, "pt-br").index == 2
    assert choose(info, "pt").index == choose(info, "por").index == choose(info, "pt-AO").index == 1


def test_what_a_stranger_wrote_into_the_list_is_kept_short() -> None:
    streams = tuple(stream(at, "x; DROP", 'said "hi"\x1b' + "y" * 500) for at in range(50))
    with pytest.raises(JobError) as caught:
        choose(MediaInfo("matroska", 1, False, streams, False), "de")
    message = caught.value.message
    assert "DROP" not in message
    assert '(no language, 2 channels, "said \\"hi\\"\\u001byyy' in message
    assert message.endswith(" and 30 more.")
    assert len(message) < 2000
