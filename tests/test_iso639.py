from __future__ import annotations

import pytest
from yt_dlp.utils import ISO639Utils

from chalicelib.iso639 import TWO_LETTERS, primary

# codes that ISO 639-1 has withdrawn, and one that yt-dlp has wrong
_OTHERS = {"iw": "he", "in": "id", "ji": "yi", "pe": "fa"}


def test_every_language_with_two_letters_is_known() -> None:
    theirs = ISO639Utils._lang_map
    assert len(theirs) > 180
    assert {TWO_LETTERS[three] for three in theirs.values()} == {_OTHERS.get(two, two) for two in theirs}


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("de", "de"),
        ("deu", "de"),
        ("ger", "de"),
        ("GER", "de"),
        ("de-AT", "de"),
        ("zh_Hant_TW", "zh"),
        ("tib", "bo"),
        ("bod", "bo"),
        (" fra ", "fr"),
        ("gsw", "gsw"),
        ("und", "und"),
    ],
)
def test_the_language_of_a_code(code: str, language: str) -> None:
    assert primary(code) == language


def test_the_bibliographic_codes_mean_what_the_terminological_ones_do() -> None:
    both = "alb sqi arm hye baq eus bur mya chi zho cze ces dut nld fre fra geo kat ger deu gre ell ice isl"
    words = f"{both} mac mkd mao mri may msa per fas rum ron slo slk tib bod wel cym".split()
    assert len(words) == 40
    for bibliographic, terminological in zip(words[::2], words[1::2], strict=True):
        assert TWO_LETTERS[bibliographic] == TWO_LETTERS[terminological]
