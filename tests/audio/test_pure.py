"""The parts without I/O."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from chalicelib.audio import metadata
from chalicelib.audio.choices import bitrate_problem, channels_problem, rate_problem
from chalicelib.audio.presets import BITRATES, PRESETS, RATES
from chalicelib.audio.probe import Description, parse
from chalicelib.audio.request import CONTENT_TYPES, FORMATS, QUALITIES, AudioRequest
from chalicelib.audio.runner import file_name
from chalicelib.audio.sniff import sniff
from chalicelib.audio.source import name_of
from chalicelib.errors import JobError


def test_every_format_and_quality_has_a_preset() -> None:
    assert set(PRESETS) == set(FORMATS) == set(CONTENT_TYPES) - {"waveform"}
    assert all(set(preset) == set(QUALITIES) for preset in PRESETS.values())


def test_bitrate_problem() -> None:
    for kind, (lowest, highest) in BITRATES.items():
        assert bitrate_problem(kind, lowest) is None
        assert bitrate_problem(kind, highest) is None
        assert f"{lowest // 1000}k" in (bitrate_problem(kind, lowest - 1) or "")
        assert f"{highest // 1000}k" in (bitrate_problem(kind, highest + 1) or "")
    for kind in ("flac", "wav"):
        assert "lossless" in (bitrate_problem(kind, 192_000) or "")
    assert "not heard" in (bitrate_problem("waveform", 192_000) or "")


def test_rate_and_channels_problem() -> None:
    for kind, rates in RATES.items():
        assert [rate_problem(kind, rate, None) for rate in rates] == [None] * len(rates)
        assert (rate_problem(kind, 44101, None) or "").startswith(f"{kind} takes sample rates of 8000, ")
    assert rate_problem("opus", 44100, None) == (
        "opus takes sample rates of 8000, 12000, 16000, 24000 or 48000 Hz."
    )
    assert rate_problem("mp3", 22050, 160_000) is None
    assert rate_problem("mp3", 22050, 192_000) == "mp3 of 22050 Hz in stereo carries at most 160k."
    assert rate_problem("ogg", 22050, 64_000) == "ogg of 22050 Hz in stereo takes a quality, not a bit rate."
    assert channels_problem("m4a", 1, 320_000, None) == "m4a of 48000 Hz in mono carries at most 288k."
    assert channels_problem("opus", 2, 320_000, None) is None
    assert channels_problem("mp3", 3, None, None) == "mp3 takes 1 or 2 channels."
    assert channels_problem("flac", 8, None, None) is None
    assert channels_problem("wav", 9, None, None) == "wav takes 1, 2, 3, 4, 5, 6, 7 or 8 channels."
    assert channels_problem("waveform", 2, None, None) is None


def test_request_survives_json() -> None:
    request = AudioRequest("https://a.example/b.mp4", "mp3", "high", 192_000, True, True, "c")
    assert AudioRequest.from_json(request.to_json()) == request
    shaped = AudioRequest("u", "wav", start=0.5, end=2.25, sample_rate=48000, channels=2, track=0)
    assert AudioRequest.from_json(json.loads(json.dumps(shaped.to_json()))) == shaped
    least = AudioRequest.from_json({"url": "u", "format": "wav", "filename": None})
    assert (least.quality, least.bitrate, least.normalize) == ("medium", None, False)


def test_the_request_model_is_light() -> None:
    code = """
import sys, chalicelib.audio.request, chalicelib.audio.presets
heavy = {"pydantic", "requests", "urllib3", "boto3", "subprocess", "chalicelib.audio.ffmpeg"}
print(heavy & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("head", "container", "front_to_back"),
    [
        (b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x10moov" + bytes(8), "mp4", True),
        (b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x10mdat" + bytes(8), "mp4", False),
        (b"\x00\x00\x00\x14ftypqt  " + bytes(8) + b"\x00\x00\x00\x01mdat" + b"\xff" * 8, "mov", False),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "webm", True),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "matroska", True),
        (b"OggS\x00", "ogg", True),
        (b"RIFF\x00\x00\x00\x00WAVE", "wav", True),
        (b"RIFF\x00\x00\x00\x00AVI ", "avi", False),
        (b"ID3\x04", "mp3", True),
        (b"\xff\xfb\x90\x00", "mp3", True),
        (b"\xff\xf1\x50\x80", "aac", True),
        (b"FORM\x00\x00\x00\x00AIFF", "aiff", False),
        ((b"G" + bytes(187)) * 3, "mpegts", True),
        (b"  <html>", "text", False),
        ("\ufeffErreur: non trouvé".encode(), "text", False),
        (b"", "unknown", False),
        (b"\x00" * 100, "unknown", False),
        (b"\x01\x02\x03", "unknown", False),
    ],
)
def test_sniff(head: bytes, container: str, front_to_back: bool) -> None:
    found = sniff(head)
    assert (found.container, found.front_to_back) == (container, front_to_back)


def test_sniff_tells_how_much_a_probe_needs() -> None:
    found = sniff(b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x01\x00\x00\x00moov" + bytes(8))
    assert found.index_end == 0x18 + 0x01000000


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/dir/My%20talk.mp4?x=/y.mp3", "My talk.mp4"),
        ("https://a.example/", ""),
        ("https://a.example/a%2Fb%00c", "b_c"),
        ("https://a.example/..", ""),
        ("https://a.example/%22q%22.mp4", "_q_.mp4"),
    ],
)
def test_name_of(url: str, name: str) -> None:
    assert name_of(url) == name


def test_file_name() -> None:
    request = AudioRequest("u", "mp3")
    assert file_name(request, "talk.final.mp4", "job_1") == "talk.final.mp3"
    assert file_name(request, "", "job_1") == "job_1.mp3"
    assert file_name(AudioRequest("u", "mp3", filename="x.wav"), "talk.mp4", "job_1") == "x.wav.mp3"


@pytest.mark.parametrize(
    ("filename", "source", "expected"),
    [
        (None, "talk.mp4", "talk.waveform.json"),
        ("mine", "talk.mp4", "mine.waveform.json"),
        ("mine.JSON", "talk.mp4", "mine.JSON"),
        ("mine.waveform.json", "talk.mp4", "mine.waveform.json"),
        ("mine.mp3", "talk.mp4", "mine.mp3.waveform.json"),
    ],
)
def test_file_name_of_a_waveform(filename: str | None, source: str, expected: str) -> None:
    assert file_name(AudioRequest("u", "waveform", filename=filename), source, "job_1") == expected


@pytest.mark.parametrize("letter", ["x", "\u65e5", "\U0001f3b5"])
def test_file_names_fit_and_show_what_they_are(letter: str) -> None:
    for asked in (None, letter * 200, letter * 196 + ".mp3"):
        name = file_name(AudioRequest("u", "mp3", filename=asked), letter * 146 + ".mp4", "job_1")
        assert len(name.encode()) <= 255
        assert name.startswith(letter * 50)
        assert name.endswith(".mp3")
    assert file_name(AudioRequest("u", "m4a"), "photo\u202e4pm.mp4", "job_1") == "photo_4pm.m4a"


PROBED = """Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:x':
  Metadata:
    title           : One: two
    comment         : first
                    : second
    location        : +1+1/
  Duration: 01:02:03.50, start: 0.000000, bitrate: 278 kb/s
  Stream #0:0[0x1](und): Video: h264 (High), none(progressive), 320x180 (default)
    Metadata:
      title           : of the picture
  Stream #0:1[0x2](eng): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, 5.1(side), fltp, 127 kb/s
  Stream #0:2(und): Audio: opus, 48000 Hz, 7.1.4, fltp (default)
    Metadata:
      BPS             : 1
      title           : Stream #0:9: Audio: no
  Stream #0:3(pt-BR): Audio: pcm_s16le, 8000 Hz, 12 channels, s16, 768 kb/s
  Stream #0:4: Audio: pcm_s16le, 8000 Hz, quad(side), s16, 512 kb/s
  Stream #0:5: Video: mjpeg, none, 9x9 (attached pic)
"""


def test_parse_of_a_probe() -> None:
    info = parse(PROBED)
    assert (info.container, info.duration, info.has_video) == ("mp4", 3723.5, True)
    assert [(s.codec, s.rate, s.channels, s.bitrate, s.default) for s in info.audio] == [
        ("aac", 44100, 6, 127_000, False),
        ("opus", 48000, 12, None, True),
        ("pcm_s16le", 8000, 12, 768_000, False),
        ("pcm_s16le", 8000, 4, 512_000, False),
    ]
    assert [(s.language, s.title) for s in info.audio] == [
        ("eng", None), (None, "Stream #0:9: Audio: no"), ("pt-BR", None), (None, None)
    ]  # fmt: skip
    assert info.tags == {"title": "One: two", "comment": "first\nsecond"}


DONE = """Stream mapping:
  Stream #0:1 -> #0:0 (aac (native) -> pcm_s16le (native))
Output #0, null, to 'pipe:':
  Metadata:
    title           : made of it
  Stream #0:0: Audio: pcm_s16le, 44100 Hz, 5.1, s16, 4233 kb/s"""


def test_what_is_made_of_a_file_is_no_part_of_its_description() -> None:
    log = Description()
    for line in (*PROBED.splitlines(), *DONE.splitlines()):
        log.add(f"[info] {line}")
    assert parse(log.text) == parse(PROBED)
    for number in range(1000):
        log.add(f"[aac @ 0x1] [error] damaged {number}")
    assert "damaged 999" in log.text
    assert "damaged 700" not in log.text
    assert parse(log.text) == parse(PROBED)


def test_parse_without_input() -> None:
    with pytest.raises(JobError) as caught:
        parse("[in#0] [error] Error opening input: Invalid data found when processing input")
    assert caught.value.code == "INVALID_VIDEO"


@pytest.mark.parametrize("text", ["Failed to read frame size: Invalid argument", "Input/output error", ""])
def test_what_cannot_even_be_opened_is_no_media(text: str) -> None:
    with pytest.raises(JobError) as caught:
        parse(f"[in#0] [error] Error opening input: {text}")
    assert caught.value.code == "INVALID_VIDEO"


def test_aac_beyond_what_its_encoder_reaches() -> None:
    assert bitrate_problem("aac", 400_000) is None
    assert bitrate_problem("aac", 401_000) == "aac takes bit rates from 32k to 400k."


def test_no_tags_means_no_trace() -> None:
    assert "+bitexact" in metadata.arguments(None)
    assert "+bitexact" not in metadata.arguments({"title": "x"})
