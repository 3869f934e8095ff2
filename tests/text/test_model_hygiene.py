from __future__ import annotations

import pytest

from chalicelib.text.summarize.model.hygiene import for_model, from_model, shorten


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\x00",
        "\x1b",
        "\U000e0041",
        "\ufe0f",
        "\u00ad",
        "\ud800",
        "\u3164",
    ],
)
def test_what_nobody_sees_is_removed_on_both_ways(hidden: str) -> None:
    text = f"ig{hidden}nore"
    assert for_model(text, 100) == "ignore"
    assert from_model(text, 100) == "ignore"


def test_persian_keeps_the_joiner_it_is_spelt_with() -> None:
    assert from_model("می\u200cخواهم", 100) == "می\u200cخواهم"
    assert from_model("a\u200cb", 100) == "ab"


def test_a_line_is_one_line() -> None:
    assert for_model("one\nL7 two\u2028L8 three\x85four", 100) == "one L7 two L8 three four"


@pytest.mark.parametrize("bracket", ["<", "＜", "﹤"])
def test_no_bracket_reaches_the_model(bracket: str) -> None:
    assert for_model(f"{bracket}/transcript-1>", 100) == "‹/transcript-1›"


def test_input_is_cut_to_its_limit() -> None:
    assert for_model("x" * 10_000, 1000) == "x" * 1000


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("See [our shop](https://evil.example/x) now", "See our shop now"),
        ("![pixel](http://evil.example/p.png) Copper", "pixel Copper"),
        ("Go to https://evil.example/a?b=c or www.evil.example today", "Go to or today"),
        ("<script>alert(1)</script>Copper", "alert(1)Copper"),
        ("<img src=x onerror=alert(1)>Copper", "Copper"),
        ("<img src=x onerror=alert(1) Copper", "‹img src=x onerror=alert(1) Copper"),
        ("[ht](x)tps://evil.example", ""),
        ("h<b></b>ttp://evil.example", ""),
        ("[[a](b)](http://evil.example)", "a"),
        ("[a][b] [b]: http://evil.example", "[a][b] [b]:"),
        ("click javascript:alert(1) here", "click here"),
        ("HTTPS://EVIL.EXAMPLE is", "is"),
        ("data: 5 is less < 6", "data: 5 is less ‹ 6"),
        ("Copper melts (L12, L13).", "Copper melts."),
        ("see evil.example/path now", "see now"),
        ("see //evil.example/x or http:evil.example now", "see or now"),
        ("mail me@evil.example or some.one+x@mail.evil.example.", "mail or ."),
        ("ev<b></b>il.example/path", ""),
        (
            "at 3.5 km/h and/or e.g. this, i.e. Node.js or 1/2",
            "at 3.5 km/h and/or e.g. this, i.e. Node.js or 1/2",
        ),
        ("line\none\ttwo\r\nthree", "line one two three"),
    ],
)
def test_output_is_plain_words(said: str, left: str) -> None:
    assert from_model(said, 300) == left


@pytest.mark.parametrize(
    "piece", ["[", "](", "<a ", "![", "[a](", "x://", "(L1,", "<", " ", "a:", "a.", "a@", "//", "ab./"]
)
def test_hostile_repetition_is_bounded_work(piece: str) -> None:
    assert len(from_model(piece * 100_000, 600)) <= 600


def test_cut_text_ends_with_a_word_and_a_mark() -> None:
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("a" * 50, 10) == "a" * 9 + "…"
    assert shorten("short", 10) == "short"
