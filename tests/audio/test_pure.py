"""The parts without I/O."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chalicelib.audio import metadata
from chalicelib.audio.presets import BITRATES, PRESETS, bitrate_problem
from chalicelib.audio.probe import parse
from chalicelib.audio.request import CONTENT_TYPES, FORMATS, QUALITIES, AudioRequest
from chalicelib.audio.runner import file_name
from chalicelib.audio.sniff import sniff
from chalicelib.audio.source import name_of
from chalicelib.errors import JobError


def test_every_format_and_quality_has_a_preset() -> None:
    assert set(PRESETS) == set(FORMATS) == set(CONTENT_TYPES)
    assert all(set(preset) == set(QUALITIES) for preset in PRESETS.values())


def test_bitrate_problem() -> None:
    for kind, (lowest, highest) in BITRATES.items():
        assert bitrate_problem(kind, lowest) is None
        assert bitrate_problem(kind, highest) is None
        assert f"{lowest // 1000}k" in (bitrate_problem(kind, lowest - 1) or "")
        assert f"{highest // 1000}k" in (bitrate_problem(kind, highest + 1) or "")
    for kind in ("flac", "wav"):
        assert "lossless" in (bitrate_problem(kind, 192_000) or "")


def test_request_survives_json() -> None:
    request = AudioRequest("https://a.example/b.mp4", "mp3", "high", 192_000, True, True, "c")
    assert AudioRequest.from_json(request.to_json()) == request
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
  Stream #0:2: Audio: opus, 48000 Hz, 7.1.4, fltp (default)
  Stream #0:3: Audio: pcm_s16le, 8000 Hz, 12 channels, s16, 768 kb/s
  Stream #0:4: Video: mjpeg, none, 9x9 (attached pic)
"""


def test_parse_of_a_probe() -> None:
    info = parse(PROBED)
    assert (info.container, info.duration, info.has_video) == ("mp4", 3723.5, True)
    assert [(s.codec, s.rate, s.channels, s.bitrate, s.default) for s in info.audio] == [
        ("aac", 44100, 6, 127_000, False),
        ("opus", 48000, 12, None, True),
        ("pcm_s16le", 8000, 12, 768_000, False),
    ]
    assert info.tags == {"title": "One: two", "comment": "first\nsecond"}


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
