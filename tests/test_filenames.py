from __future__ import annotations

import pytest

from chalicelib import filenames


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Käse \u65e5\u672c \U0001f3b5.mp3", "Käse \u65e5\u672c \U0001f3b5.mp3"),
        ("\u06a9\u200c\u06cc.mp3", "\u06a9\u200c\u06cc.mp3"),  # what joins letters or not is part of them
        ("a\"b'c.mp3", "a_b'c.mp3"),
        ("a/b\\c:d|e?f*g<h>i.mp3", "a_b_c_d_e_f_g_h_i.mp3"),
        ("photo\u202egpj.exe", "photo_gpj.exe"),
        ("a\u2066b\u061cc\u200fd\ufeff.mp3", "a_b_c_d_.mp3"),
        ("a\r\nSet-Cookie: b\x85\x1b.mp3", "a__Set-Cookie_ b__.mp3"),
        ("a\u2028b\ud800.mp3", "a_b_.mp3"),
    ],
)
def test_safe(name: str, safe: str) -> None:
    assert filenames.safe(name) == safe


@pytest.mark.parametrize("letter", ["x", "é", "\u65e5", "\U0001f3b5"])
def test_long_names_fit_into_file_systems(letter: str) -> None:
    name = filenames.fitted(letter * 300, ".mp3")
    size = len(letter.encode())
    assert len(name.encode()) == 251 // size * size + 4
    assert set(name.removesuffix(".mp3")) == {letter}


def test_short_names_stay() -> None:
    assert filenames.fitted("a.b", ".waveform.json") == "a.b.waveform.json"
    assert filenames.fitted("x" * 250 + " yz", ".mp3") == "x" * 250 + ".mp3"
