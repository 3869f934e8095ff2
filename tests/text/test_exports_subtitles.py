"""SRT and WebVTT, as strict parsers read them."""

from __future__ import annotations

import io
import math
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pysubs2
import pytest
import webvtt

from chalicelib.text.exports import render
from chalicelib.text.transcript import Cue
from tests.text.exported import HOSTILE, hostile, result, spoken

SUBTITLES = ("srt", "vtt")
_CUE = re.compile(r"(\d{2,}):(\d\d):(\d\d)[,.](\d{3}) --> (\d{2,}):(\d\d):(\d\d)[,.](\d{3})")


def _text(form: str, *cues: Cue) -> str:
    return render(result(*cues), form).content.decode()


def _times(text: str) -> list[tuple[int, int]]:
    """In milliseconds, of every line that is a cue's times."""
    found = [_CUE.fullmatch(line) for line in text.split("\n")]
    return [(_milliseconds(m.groups()[:4]), _milliseconds(m.groups()[4:])) for m in found if m]


def _milliseconds(parts: tuple[str, ...]) -> int:
    hours, minutes, seconds, thousandths = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _through_ffmpeg(text: str, form: str, folder: Path) -> list[str]:
    """The cues' texts after ffmpeg has read the file and written it again."""
    source = folder / f"in.{form}"
    source.write_text(text, encoding="utf-8", newline="")
    reader = {"srt": "srt", "vtt": "webvtt"}[form]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", "-f", reader, "-i", str(source)]
    done = subprocess.run([*command, "-f", "srt", "-"], capture_output=True, timeout=60, check=True)
    assert not done.stderr
    blocks = re.split(r"\n\n+(?=\d+\n)", done.stdout.decode().strip("\n"))
    return ["\n".join(block.split("\n")[2:]) for block in blocks]


@pytest.mark.parametrize("form", SUBTITLES)
@pytest.mark.parametrize(
    "cues",
    [
        (Cue(0, 5, "a"), Cue(2, 5, "b"), Cue(4, 1, "c")),  # rolling captions
        (Cue(0, 0, "a"), Cue(0.0004, 0, "b"), Cue(0.001, 0, "c")),
        (Cue(9, 1, "late"), Cue(1, 30, "early")),
        (Cue(-3, 2, "before"), Cue(-1, -5, "negative")),
        (Cue(math.nan, math.nan, "a"), Cue(math.inf, 1, "b"), Cue(1e300, 1e300, "c")),
        (Cue(3, 1, "same"), Cue(3, 2, "time"), Cue(3, 0, "again")),
        (Cue(1, 1, "a"), Cue(1.5, 1, " \n "), Cue(1.6, 1, "\x00")),
    ],
)
def test_cues_follow_each_other_without_overlap(form: str, cues: tuple[Cue, ...]) -> None:
    times = _times(_text(form, *cues))
    assert times
    assert all(start < end for start, end in times)
    assert all(before[1] <= after[0] for before, after in pairwise(times))


def test_a_cue_ends_when_the_next_begins_and_not_later_than_it_did() -> None:
    cues = (Cue(0, 5, "a"), Cue(2, 1, "b"), Cue(10, 0, "c"), Cue(20, 0, "d"))
    assert _times(_text("vtt", *cues)) == [(0, 2000), (2000, 3000), (10_000, 12_000), (20_000, 22_000)]


def test_what_begins_at_one_moment_is_one_cue() -> None:
    text = _text("vtt", Cue(1, 2, "left", "Ann"), Cue(1, 4, "right", "Bob"))
    [cue] = webvtt.from_string(text).captions
    assert (cue.start, cue.end) == ("00:00:01.000", "00:00:05.000")
    assert cue.text.split("\n") == ["left", "right"]


def test_a_hundred_hours_are_written_out_where_the_format_has_room_for_them() -> None:
    cue = Cue(100 * 3600 + 61.5, 1, "late")
    assert "100:01:01.500 --> 100:01:02.500" in _text("vtt", cue)


def test_srt_has_two_digits_of_hours_and_shows_later_cues_at_its_end() -> None:
    hours = 3600.0
    cues = (
        Cue(hours, 1, "a"),
        Cue(100 * hours - 1, 5, "b"),
        Cue(120 * hours, 4, "c"),
        Cue(5000 * hours, 1, "d"),
    )
    text = _text("srt", *cues)
    assert text.split("\n\n")[1] == "2\n99:59:57,999 --> 99:59:59,999\nb\nc\nd\n"
    assert len(pysubs2.SSAFile.from_string(text, format_="srt")) == 2
    ends_late = _text("srt", Cue(90 * hours, 90 * hours, "long"))
    assert "90:00:00,000 --> 99:59:59,999" in ends_late


@pytest.mark.parametrize("form", SUBTITLES)
def test_ffmpeg_reads_what_was_said(form: str, tmp_path: Path) -> None:
    said = ["plain", "Ünïcode 漢字 عربي 😀", "a < b & c > d", "x --> y", "first\n\nsecond"]
    read = _through_ffmpeg(_text(form, *spoken(*said)), form, tmp_path)
    plain = [" ".join(text.split()) for text in said]
    brackets = str.maketrans("<>", "\u2039\u203a" if form == "srt" else "<>")
    assert read == [text.translate(brackets) for text in plain]


@pytest.mark.parametrize("form", SUBTITLES)
def test_ffmpeg_finds_as_many_hostile_cues_as_there_are(form: str, tmp_path: Path) -> None:
    text = render(hostile(), form).content.decode()
    read = _through_ffmpeg(text, form, tmp_path)
    assert len(read) == len(_times(text)) == len(_spoken_of_hostile())


def test_webvtt_reads_every_hostile_text_as_text() -> None:
    file = webvtt.from_string(render(hostile(), "vtt").content.decode())
    cues = file.captions
    assert len(cues) == len(_spoken_of_hostile())
    assert not [cue for cue in cues if cue.identifier or cue.comments]
    assert not file.styles
    assert not file.header_comments
    raw = "".join(cue.raw_text for cue in cues)
    assert set(re.findall(r"</?\w+", raw)) == {"<v", "</v"}


def test_webvtt_has_speakers_as_voices() -> None:
    [cue] = webvtt.from_string(_text("vtt", Cue(0, 1, "hi", "Ann > Bob\n\n& Co"))).captions
    assert cue.raw_text == "<v Ann &gt; Bob &amp; Co>hi</v>"


def test_pysubs2_reads_every_hostile_text_as_text() -> None:
    subtitles = pysubs2.SSAFile.from_file(io.StringIO(render(hostile(), "srt").content.decode()), "srt")
    assert len(subtitles) == len(_spoken_of_hostile())
    assert not [event for event in subtitles if re.search(r"\{\\(an|pos)|<[a-z/]", event.text)]


def test_srt_names_the_speaker_and_numbers_the_cues() -> None:
    text = _text("srt", Cue(0, 1, "hi", "Ann"), Cue(1, 1, " "), Cue(2, 1, "there"))
    assert text == ("1\n00:00:00,000 --> 00:00:01,000\nAnn: hi\n\n2\n00:00:02,000 --> 00:00:03,000\nthere\n")


@pytest.mark.parametrize("form", SUBTITLES)
def test_long_cues_are_broken_between_words(form: str) -> None:
    text = _text(form, *spoken("word " * 16))
    assert text.split(" --> ")[1].split("\n")[1:3] == [" ".join(["word"] * 8)] * 2


def test_without_cues_there_is_a_header_alone() -> None:
    assert _text("vtt") == "WEBVTT\n"
    assert _text("srt") == ""


def _spoken_of_hostile() -> list[str]:
    return [text for text in HOSTILE if text.strip("\ufeff\ufffe\uffff\U0010ffff")]
