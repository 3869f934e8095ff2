"""One row for each container, codec and fault: what comes of it, checked by decoding the result in full."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from chalicelib.audio.request import FORMATS
from chalicelib.errors import JobError
from tests.audio import media as truth
from tests.audio.conftest import Audio
from tests.media import corpus as makers

TITLED = {"title": "A “title”: naïve", "artist": "Somebody"}
NONE: dict[str, str] = {}
SHORT = "audio_shorter_than_container"
DAMAGED = "decode_errors"

OF_THE_MUXER = {
    *("encoder", "major_brand", "minor_version", "compatible_brands", "handler_name", "language"),
}

Row = tuple[str, str, str, str, int, float, dict[str, str], list[str]]

# source, asked format: mode, codec, channels, seconds, tags, warnings (without their numbers)
GOOD: list[Row] = [
    ("faststart.mp4", "aac", "copy", "aac", 2, 3.03, TITLED, []),
    ("faststart.mp4", "m4a", "copy", "aac", 2, 3, TITLED, []),
    ("faststart.mp4", "waveform", "transcode", "", 1, 3, NONE, []),
    ("faststart.mp4", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("index-last.mp4", "aac", "copy", "aac", 2, 3.03, TITLED, []),
    ("index-last.mp4", "opus", "transcode", "opus", 2, 3, TITLED, []),
    ("fragmented.mp4", "aac", "copy", "aac", 2, 3.03, NONE, []),
    ("fragmented.mp4", "flac", "transcode", "flac", 2, 3.03, NONE, []),
    ("surround.mp4", "aac", "transcode", "aac", 2, 3.03, NONE, []),
    ("surround.mp4", "wav", "transcode", "pcm_s16le", 6, 3, NONE, []),
    ("mp3.mp4", "mp3", "copy", "mp3", 2, 3, NONE, []),
    ("short-sound.mp4", "mp3", "copy", "mp3", 2, 3, NONE, [SHORT]),
    ("short-sound.mp4", "ogg", "transcode", "vorbis", 2, 3, NONE, [SHORT]),
    ("speech.m4a", "aac", "copy", "aac", 1, 3.07, NONE, []),
    ("speech.m4a", "mp3", "transcode", "mp3", 1, 3, NONE, []),
    ("ten-hours.m4a", "aac", "copy", "aac", 1, 36_057.6, NONE, []),
    ("alac.m4a", "flac", "transcode", "flac", 2, 3, TITLED, []),
    ("pcm.mov", "wav", "transcode", "pcm_s16le", 2, 3, NONE, []),
    ("amr.3gp", "mp3", "transcode", "mp3", 1, 3, NONE, []),
    ("vp9-opus.webm", "opus", "copy", "opus", 2, 3, TITLED, []),
    ("vp9-opus.webm", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("opus.mka", "opus", "copy", "opus", 2, 3, NONE, []),
    ("vorbis.mkv", "ogg", "copy", "vorbis", 2, 3, NONE, []),
    ("vorbis.mkv", "opus", "transcode", "opus", 2, 3, NONE, []),
    ("flac.mkv", "flac", "copy", "flac", 2, 3, NONE, []),
    ("ac3-surround.mkv", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("ac3-surround.mkv", "flac", "transcode", "flac", 6, 3, NONE, []),
    ("truehd.mkv", "wav", "transcode", "pcm_s16le", 2, 3, NONE, []),
    ("three-tracks.mkv", "mp3", "transcode", "mp3", 1, 2, NONE, []),
    ("subtitled.mkv", "ogg", "copy", "vorbis", 2, 3, NONE, []),
    ("aac.ts", "aac", "transcode", "aac", 2, 3.05, NONE, []),
    ("mp2.ts", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("eac3.ts", "opus", "transcode", "opus", 2, 3, NONE, []),
    ("dvd.mpg", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("mp3.avi", "mp3", "transcode", "mp3", 2, 3.02, NONE, []),
    ("aac.flv", "mp3", "transcode", "mp3", 2, 3.03, NONE, []),
    ("nellymoser.flv", "ogg", "transcode", "vorbis", 1, 3, NONE, []),
    ("wma2.wmv", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("wma1.wma", "flac", "transcode", "flac", 2, 3, TITLED, []),
    ("vbr.mp3", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("cbr.mp3", "m4a", "transcode", "aac", 2, 3, NONE, []),
    ("cbr.mp3", "aac", "transcode", "aac", 2, 3.03, NONE, []),
    ("layer-2.mp2", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("adts.aac", "aac", "transcode", "aac", 2, 3.05, NONE, []),
    ("vorbis.ogg", "ogg", "copy", "vorbis", 2, 3, TITLED, []),
    ("opus.opus", "opus", "copy", "opus", 2, 3, TITLED, []),
    ("flac.ogg", "flac", "copy", "flac", 2, 3, TITLED, []),
    ("flac.flac", "flac", "copy", "flac", 2, 3, TITLED, []),
    ("flac.flac", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("wavpack.wv", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("tta.tta", "opus", "transcode", "opus", 2, 3, NONE, []),
    ("ac3.ac3", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("eac3.eac3", "aac", "transcode", "aac", 2, 3.03, NONE, []),
    ("dts.dts", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("amr.amr", "wav", "transcode", "pcm_s16le", 1, 3.02, NONE, []),
    ("s16.wav", "wav", "transcode", "pcm_s16le", 2, 3, TITLED, []),
    ("s24-surround.wav", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("s24-surround.wav", "wav", "transcode", "pcm_s16le", 6, 3, NONE, []),
    ("float.wav", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("unsigned.wav", "opus", "transcode", "opus", 1, 3, NONE, []),
    ("mulaw.wav", "mp3", "transcode", "mp3", 1, 3, NONE, []),
    ("adpcm.wav", "mp3", "transcode", "mp3", 2, 3.01, NONE, []),
    ("rf64.wav", "flac", "transcode", "flac", 2, 3, NONE, []),
    ("wave64.w64", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("pcm.aiff", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("mulaw.au", "wav", "transcode", "pcm_s16le", 1, 3, NONE, []),
    ("alac.caf", "mp3", "transcode", "mp3", 2, 3, NONE, []),
    ("one-frame.mp3", "wav", "transcode", "pcm_s16le", 1, 0.02, NONE, []),
    ("one-frame.aac", "mp3", "transcode", "mp3", 1, 0.04, NONE, []),
    ("one-frame.opus", "flac", "transcode", "flac", 1, 0.02, NONE, []),
    ("one-frame.flac", "ogg", "transcode", "vorbis", 1, 0.02, NONE, []),
    *((name, "wav", "transcode", "pcm_s16le", 2, 3, TITLED, []) for name in makers.NAMES),
    # what changes its format on the way, as far as that can be followed
    ("two-rates.aac", "aac", "transcode", "aac", 2, 4.1, NONE, []),
    ("two-rates.mp3", "mp3", "transcode", "mp3", 2, 4.09, NONE, []),
    ("twice.ogg", "mp3", "transcode", "mp3", 2, 6, TITLED, []),
    # damaged, or cut off so that only a length that is told apart from it would show it
    ("flipped.mp4", "mp3", "transcode", "mp3", 2, 2.92, TITLED, [DAMAGED]),
    ("half-aac.ts", "mp3", "transcode", "mp3", 2, 3.95, NONE, []),
    ("half-dvd.mpg", "mp3", "transcode", "mp3", 2, 3.81, NONE, [DAMAGED]),
    ("half-mp3.avi", "mp3", "transcode", "mp3", 2, 3.94, NONE, [DAMAGED]),
    ("half-wma1.wma", "mp3", "transcode", "mp3", 2, 3.93, TITLED, [DAMAGED]),
    ("half-adts.aac", "mp3", "transcode", "mp3", 2, 4.01, NONE, [DAMAGED]),
    ("half-vorbis.ogg", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("half-s16.wav", "mp3", "transcode", "mp3", 2, 4, TITLED, [DAMAGED]),
    ("half-ac3.ac3", "mp3", "transcode", "mp3", 2, 4, NONE, []),
    # headers that lie, but not so that it matters
    ("ages.mp4", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("endless-stco.mp4", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("1-second.flac", "mp3", "transcode", "mp3", 2, 3, TITLED, []),
    ("100-hours.wav", "mp3", "transcode", "mp3", 1, 3, NONE, []),
    ("1-hz.wav", "wav", "transcode", "pcm_s16le", 2, 2400, NONE, []),
    ("not-a-number.wav", "wav", "transcode", "pcm_s16le", 2, 1, NONE, []),
]

UNREADABLE = "not a media file of a supported type"
CUT_OFF = "is cut off"
UNSUPPORTED = "codec that is not supported"

# source: code, and what its sentence says
BAD = [
    *((f"half-{name}", "INVALID_VIDEO", CUT_OFF) for name in makers.SHOW_THAT_THEY_ARE_CUT),
    ("half-alac.caf", "INVALID_VIDEO", UNREADABLE),
    ("no-sound.mov", "NO_AUDIO", "no audio track"),
    ("encrypted.mp4", "INVALID_VIDEO", "encrypted"),
    ("pcm.mxf", "INVALID_VIDEO", UNREADABLE),
    ("pcm.nut", "INVALID_VIDEO", UNREADABLE),
    ("real.rm", "INVALID_VIDEO", UNREADABLE),
    ("many-tracks.mka", "INVALID_VIDEO", "more than 100 tracks"),
    ("page.mp4", "INVALID_VIDEO", "page or text"),
    ("denied.mp4", "INVALID_VIDEO", "page or text"),
    ("subtitles.srt", "INVALID_VIDEO", "page or text"),
    ("empty.mp4", "INVALID_VIDEO", UNREADABLE),
    ("noise.mp4", "INVALID_VIDEO", UNREADABLE),
    ("odd-codec.mp4", "INVALID_VIDEO", UNSUPPORTED),
    ("no-index-entries.mp4", "INVALID_VIDEO", UNREADABLE),
    ("chained-rates.ogg", "INVALID_VIDEO", "changes its format after 3.0 s"),
    ("chained-codecs.ogg", "INVALID_VIDEO", "changes its format after 3.0 s"),
    ("100-hours.flac", "DURATION_EXCEEDED", "24 h"),
    ("gap-2h.mka", "INVALID_VIDEO", "is cut off or damaged: 2.1 s of its 7202.1 s"),
    ("gap-100h.mka", "DURATION_EXCEEDED", "24 h"),
    ("endless-stts.mp4", "EXTRACTION_FAILED", "more memory"),
    ("endless-stsz.mp4", "INVALID_VIDEO", UNREADABLE),
    ("endless-stsc.mp4", "INVALID_VIDEO", UNREADABLE),
    ("0-hz.wav", "INVALID_VIDEO", UNREADABLE),
    ("4-ghz.wav", "INVALID_VIDEO", UNREADABLE),
    ("0-channels.wav", "INVALID_VIDEO", UNSUPPORTED),
    ("255-channels.wav", "INVALID_VIDEO", UNREADABLE),
    ("0-bits.wav", "INVALID_VIDEO", UNSUPPORTED),
    ("not-a-number.wav", "INVALID_VIDEO", "cannot be encoded"),
]


def test_every_format_and_file_has_its_row(corpus: Path) -> None:
    assert {row[1] for row in GOOD} == {*FORMATS, "waveform"}
    rows = {row[0] for row in [*GOOD, *BAD]}
    parts = {path.name for path in corpus.glob("rate-*")} | {"minute.aac", "uncut"}
    assert rows == {path.name for path in corpus.iterdir()} - parts


@pytest.mark.parametrize("row", GOOD, ids=lambda row: f"{row[0]}-{row[1]}")
def test_what_can_be_read(audio: Audio, corpus: Path, row: Row) -> None:
    source, to, mode, codec, channels, seconds, tags, warnings = row
    outcome = audio.run(f"plain/{quote(source)}", to, preserve_metadata=True)
    result, output = audio.result(outcome), outcome["output"]
    assert (outcome["mode"], output["codec"] or "", output["channels"]) == (mode, codec, channels)
    assert [warning.partition(":")[0] for warning in outcome["warnings"]] == warnings
    assert output["duration"] == pytest.approx(seconds, abs=0.06)
    if to == "waveform":
        assert drawn(result) == pytest.approx(seconds, abs=0.06)
        return
    found = truth.tags(result)
    assert {name: value for name, value in found.items() if name not in OF_THE_MUXER} == tags
    if mode == "copy":
        assert truth.packets(result) == truth.packets(corpus / source)
    else:
        assert truth.seconds(result) == pytest.approx(seconds, abs=0.06)


def drawn(path: Path) -> float:
    """Seconds of a waveform."""
    peaks = json.loads(path.read_bytes())
    return float(peaks["length"] * peaks["samples_per_pixel"] / peaks["sample_rate"])


@pytest.mark.parametrize(("source", "code", "says"), BAD)
def test_what_cannot(audio: Audio, source: str, code: str, says: str) -> None:
    with pytest.raises(JobError) as caught:
        audio.run(f"plain/{source}", "aac")
    assert (caught.value.code, caught.value.retryable) == (code, False)
    assert says in caught.value.message


def test_a_body_that_is_shorter_than_promised(audio: Audio, corpus: Path) -> None:
    """ffmpeg would take the half of most of them for a whole."""
    served = [path.name for path in corpus.iterdir() if path.is_file() and path.stat().st_size]
    for name in served:
        with pytest.raises(JobError) as caught:
            audio.run(f"truncated/{quote(name)}", "mp3")
        assert (name, caught.value.code, caught.value.retryable) == (name, "DOWNLOAD_FAILED", True)
