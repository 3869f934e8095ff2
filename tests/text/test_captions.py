from __future__ import annotations

import codecs
from itertools import pairwise

import pytest

from chalicelib.text.captions import Captions, parse
from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Hello</i> &amp; <font color="#fff">welcome</font>,
{\\an8}my friends.

2
00:00:02,500 --> 00:00:04,000
If a < b and c > d.
"""
ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.389 align:start position:0%
 
hello<00:00:00.480><c> everyone</c><00:00:00.719><c> welcome</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
hello everyone welcome
 

00:00:02.399 --> 00:00:04.470 align:start position:0%
hello everyone welcome
back<00:00:02.560><c> to</c><00:00:02.700><c> the lamp</c>

00:00:04.470 --> 00:00:04.480 align:start position:0%
back to the lamp
 
"""  # noqa: W293 as YouTube writes it


def read(text: str, form: str | None = None) -> Captions:
    return parse(text.encode(), form)


def texts(text: str, form: str | None = None) -> list[str]:
    return [cue.text for cue in read(text, form).cues]


@pytest.mark.parametrize("form", ["srt", None])
def test_srt(form: str | None) -> None:
    assert read(SRT, form).cues == (
        Cue(1.0, 1.5, "Hello & welcome, my friends."),
        Cue(2.5, 1.5, "If a < b and c > d."),
    )


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings(ending: str) -> None:
    assert read(SRT.replace("\n", ending)) == read(SRT)


@pytest.mark.parametrize("bom", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_encodings_by_their_mark(bom: bytes) -> None:
    name = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}.get(bom, "utf-16-be")
    assert parse(bom + SRT.encode(name)) == read(SRT)


@pytest.mark.parametrize("data", ["Grüß Gott".encode("latin-1"), b"a\0b", codecs.BOM_UTF32_LE + b"a\0\0\0"])
def test_other_encodings_are_refused(data: bytes) -> None:
    with pytest.raises(TextError) as error:
        parse(data)
    assert error.value.code == "CAPTIONS_INVALID"


def test_srt_as_it_is_found_in_the_wild() -> None:
    """No numbers, no blank line between, one within; short hours, points for commas, trailing places."""
    found = read(
        "0:00:01.5 --> 0:00:02.5 X1:100 X2:200\nOne\n2\n00:02 --> 00:03\nTwo\n\nstill two\n\n3\n"
        "00:00:03,000 --> 00:00:04,000\n1984\n\n4\n00:00:04,000 --> 00:00:03,000\nFour\n"
    )
    assert found.cues == (
        Cue(1.5, 1.0, "One"),
        Cue(2.0, 1.0, "Two still two"),
        Cue(3.0, 1.0, "1984"),
        Cue(4.0, 0.0, "Four"),
    )


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\n3\n"])
def test_a_number_at_the_end_is_said_unless_it_stands_alone(end: str) -> None:
    first = "1\n00:00:01,000 --> 00:00:02,000\nIt is\n41\n\n"
    last = "2\n00:00:02,000 --> 00:00:03,000\nThe answer is\n42"
    assert texts(first + last + end) == ["It is 41", "The answer is 42"]


@pytest.mark.parametrize(
    "times",
    [
        "-00:00:01,000 --> 00:00:02,000",
        "00:00:01,000 -> 00:00:02,000",
        "00:00:01,000 --> later",
        "00:00:01,000 -->",
        "00:00:01:000 --> 00:00:02:000",
    ],
)
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_times_that_cannot_be_read_are_not_said_and_nor_is_their_cue_at_another_time(
    times: str, form: str
) -> None:
    sound = "00:00:0{0},000 --> 00:00:0{0},900\n{1}\n\n"
    text = sound.format(0, "One") + f"2\n{times}\nNever\n\n3\n" + sound.format(3, "Three")
    assert texts(text, form) == ["One", "Three"]


def test_a_tag_that_ends_a_line_keeps_words_apart() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne<br>two<br />three</p><p>four\n"
    assert texts(text) == ["One two three four"]


def test_a_semicolon_before_the_fraction_is_read() -> None:
    assert read("1\n00:00:03;500 --> 00:00:04;000\nHi\n").cues == (Cue(3.5, 0.5, "Hi"),)


def test_arrows_that_people_write_are_text() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nGo from A --> B,\nthen 10 -> 20\n"
    assert texts(text) == ["Go from A --> B, then 10 -> 20"]


def test_webvtt_speakers_settings_and_blocks_beside_cues() -> None:
    found = read(
        "WEBVTT - a talk\nLanguage: pt-BR\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:one\n\n"
        "NOTE\nnobody sees this\n\nfirst\n00:01.000 --> 00:02.000 line:0 position:20%\n"
        "<v.loud Mary Jones>Who &lt;is&gt; <c.yellow.bg_blue>there</c>?</v>\n<v Bob>Me&nbsp;&amp; you.\n\n"
        "NOTE between\n\n00:02.000 --> 00:03.000\n<ruby>漢<rt>kan</rt></ruby> <lang en>x</lang>\n"
    )
    assert found.language == "pt-BR"
    assert found.cues == (
        Cue(1.0, 1.0, "Who <is> there?", "Mary Jones"),
        Cue(1.0, 1.0, "Me & you.", "Bob"),
        Cue(2.0, 1.0, "漢kan x"),
    )


@pytest.mark.parametrize("form", ["vtt", None])
def test_rolling_captions_say_each_line_once(form: str | None) -> None:
    found = read(ROLLING, form)
    assert found.language == "en"
    assert found.cues == (Cue(0.16, 2.229, "hello everyone welcome"), Cue(2.399, 2.071, "back to the lamp"))


def test_rolling_captions_whose_tags_somebody_has_removed() -> None:
    lines = ["hello everyone", "welcome back", "to the lamp", "and its oil"]
    pairs = pairwise(lines)
    srt = f"1\n00:00:00,000 --> 00:00:01,000\n{lines[0]}\n\n" + "".join(
        f"{n + 1}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{old}\n{new}\n\n"
        for n, (old, new) in enumerate(pairs, 1)
    )
    assert texts(srt) == lines


def test_what_people_say_twice_stays() -> None:
    srt = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\nNo.\n\n" for n in range(1, 5))
    assert texts(srt) == ["No."] * 4


def test_plain_text_is_spread_evenly() -> None:
    found = read("One two three.\n\nFour five\n" + "word " * 25, "txt")
    assert [cue.text.split()[0] for cue in found.cues] == ["One", "Four", "word", "word"]
    assert [cue.start for cue in found.cues] == pytest.approx([0, 1.2, 2.0, 10.0])
    assert found.cues[-1].end == pytest.approx(30 / 150 * 60)


def test_plain_text_without_spaces_takes_its_time_too() -> None:
    found = read("灯台の灯りは油で燃えていました。" * 10)
    assert found.cues[-1].end == pytest.approx(32, abs=1)


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><p>No",
        "<?xml version='1.0'?><tt>",
        "[Script Info]\nx",
        "WEBVTT\n\n",
        "",
        " \n\n ",
        "{}",
    ],
)
def test_what_holds_no_captions_is_invalid(text: str) -> None:
    with pytest.raises(TextError) as error:
        read(text)
    assert error.value.code == "CAPTIONS_INVALID"


def test_a_text_that_begins_with_a_bracket_is_no_json() -> None:
    assert texts("[Music] Good evening.") == ["[Music] Good evening."]


def test_cues_are_sorted_by_time() -> None:
    late, early = "00:00:05,000 --> 00:00:06,000\nlate\n\n", "00:00:01,000 --> 00:00:02,000\nearly\n\n"
    assert texts(late + early) == ["early", "late"]
