"""Ten megabytes of whatever takes a careless parser hours, or down."""

from __future__ import annotations

import math

import pytest

from chalicelib.text.captions import MAX_BYTES, TIMED_TEXT, parse
from chalicelib.text.captions.parse import MAX_CUES
from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue

TIMES = "00:00:01.000 --> 00:00:02.000\n"
VTT = "WEBVTT\n\n" + TIMES
TIMED = '<transcript><text start="1">'
SIZE = 500_000
"""Characters; what is not linear takes hours for as many."""
CASES = {
    "blank lines": "\n" * SIZE,
    "blank lines in a cue": "1\n" + TIMES + "a" + "\n" * SIZE + "b",
    "lines of spaces": "1\n" + TIMES + " \n" * SIZE,
    "spaces before an arrow": "1\n" + " " * SIZE + "-->",
    "arrows": "-->\n" * (SIZE // 4),
    "times without text": TIMES * (SIZE // 30),
    "open tags": VTT + "<b " * (SIZE // 3),
    "open voices": VTT + "<v " * (SIZE // 3),
    "nested tags": VTT + "<b><i>" * (SIZE // 6) + "x",
    "a voice that does not end": VTT + "<v" + " " * SIZE,
    "less-than signs": VTT + "<" * SIZE,
    "open braces": VTT + "{\\" * (SIZE // 2),
    "an entity of many digits": VTT + "&#" + "9" * SIZE + ";",
    "ampersands": VTT + "&" * SIZE,
    "two long cues": (TIMES + "a\n" * (SIZE // 4) + "\n") * 2,
    "rolling": VTT + "".join(f"line {n}\nline {n + 1}\n\n{TIMES}" for n in range(SIZE // 60)),
    "a long language": "WEBVTT\nLanguage: " + "a" * SIZE,
    "one long word": "w" * SIZE,
    "huge hours": "1\n" + "9" * SIZE + ":00:00,000 --> 99:00:00,000\nx",
    "less-than signs of timed text": TIMED + "&lt;" * SIZE + "</text></transcript>",
    "elements of timed text": TIMED + "<a>" * (SIZE // 7) + "</a>" * (SIZE // 7) + "x</text></transcript>",
    "timed text that does not end": TIMED + "<text>" * (SIZE // 6),
    "an entity in an entity": '<!DOCTYPE t [<!ENTITY a "aaaa">]>' + TIMED + "&a;</text></transcript>",
    "deep lists": "[[" * SIZE,
    "deep objects": '{"a":' * (SIZE // 5),
}


@pytest.mark.parametrize("form", ["srt", "vtt", "json", "txt", TIMED_TEXT, None])
@pytest.mark.parametrize("name", CASES)
def test_clean_cues_or_a_clear_failure(name: str, form: str | None) -> None:
    cues: tuple[Cue, ...] = ()
    code = ""
    try:
        cues = parse(CASES[name].encode(), form).cues
    except TextError as error:
        code = error.code
    assert bool(cues) != (code in ("CAPTIONS_INVALID", "CAPTIONS_TOO_LARGE", "CAPTIONS_EMPTY"))
    assert all(math.isfinite(cue.end) and cue.start >= 0 and cue.duration >= 0 and cue.text for cue in cues)
    assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)


def test_times_that_no_video_has_are_left_out() -> None:
    text = "9999:59:59,000 --> 9999:59:59,999\nnever\n\n00:00:01,000 --> 9999:00:00,000\nonce\n"
    (cue,) = parse(text.encode()).cues
    assert (cue.start, cue.duration, cue.text) == (1.0, 0.0, "once")


def test_too_many_bytes() -> None:
    with pytest.raises(TextError) as error:
        parse(b" " * (MAX_BYTES + 1))
    assert error.value.code == "CAPTIONS_TOO_LARGE"


def test_too_many_cues() -> None:
    with pytest.raises(TextError) as error:
        parse(b"a\n" * (MAX_CUES + 1))
    assert error.value.code == "CAPTIONS_TOO_LARGE"
    assert len(parse(b"a\n" * 1000).cues) == 1000
