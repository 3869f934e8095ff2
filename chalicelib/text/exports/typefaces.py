"""Which font prints what. The fonts lie beside this module; infra/build_fonts.py made them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from chalicelib.text.exports.clean import REPLACEMENT

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import TTFFont

FOLDER: Final = Path(__file__).parent / "fonts"
MAIN: Final = "DejaVuSans"
_SCRIPTS: Final = (
    ("NotoSansArabic.ttf", ((0x600, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))),
    ("NotoSansDevanagari.ttf", ((0x900, 0x97F), (0xA8E0, 0xA8FF), (0x1CD0, 0x1CFF))),
    ("NotoSansBengali.ttf", ((0x980, 0x9FF),)),
    ("NotoSansTamil.ttf", ((0xB80, 0xBFF),)),
    ("NotoSansTelugu.ttf", ((0xC00, 0xC7F),)),
    ("NotoSansThai.ttf", ((0xE00, 0xE7F),)),
    ("NotoSansMyanmar.ttf", ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))),
    ("NotoSansKhmer.ttf", ((0x1780, 0x17FF), (0x19E0, 0x19FF))),
    ("NotoSansCJKsc.otf", ((0x2000, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFEF))),
)
"""File and the characters for which it is worth loading: the largest takes a third of a second."""
_ONE_BY_ONE: Final = re.compile(
    "[\u0020-\u02ff\u0370-\u0482\u048a-\u058f\u10a0-\u10ff\u1e00-\u200a\u2010-\u2027\u2030-\u205e"
    "\u20a0-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\uff00-\uffef\ufffd]*"
)
"""Letters that stand side by side, left to right, with no marks above or below."""
_WITHOUT_WIDTH: Final = ("Mn", "Me", "Cf")
_MOST_MARKS: Final = 8


def needs_shaping(text: str) -> bool:
    """Whether letters join, combine or run to the left; finding their places takes five times as long."""
    return not _ONE_BY_ONE.fullmatch(text)


def thinned(text: str) -> str:
    """Without the ninth and later of characters in a row that take no room: as no line would ever be full
    of them, breaking it would take minutes."""
    runs = groupby(text, key=lambda character: unicodedata.category(character) in _WITHOUT_WIDTH)
    return "".join("".join(islice(run, _MOST_MARKS) if weightless else run) for weightless, run in runs)


class Typefaces:
    """The fonts that a document needs, loaded into it."""

    def __init__(self, pdf: FPDF, text: str) -> None:
        self._pdf = pdf
        self._known: dict[str, frozenset[int]] = {}
        self._load(MAIN, f"{MAIN}.ttf")
        pdf.add_font(MAIN, "B", FOLDER / f"{MAIN}-Bold.ttf")
        missing = {ord(character) for character in set(text)} - self._known[MAIN]
        for file, ranges in _SCRIPTS:
            if any(first <= code <= last for code in missing for first, last in ranges):
                missing -= self._load(Path(file).stem, file)
        self._unprintable = dict.fromkeys(missing, REPLACEMENT)
        pdf.set_fallback_fonts(list(self._known), exact_match=False)

    def printable(self, text: str) -> str:
        """With a visible mark for each character that no font has."""
        shown = text.translate(self._unprintable)
        return thinned(shown) if needs_shaping(shown) else shown

    def choose(self, text: str, size: float, *, bold: bool) -> None:
        """The font that has most of the text: joined letters and marks must come from one and the same."""
        name = max(self._known, key=lambda family: _covered(text, self._known[family]))
        self._pdf.set_font(name, "B" if bold and name == MAIN else "", size)

    def _load(self, name: str, file: str) -> frozenset[int]:
        self._pdf.add_font(name, "", FOLDER / file)
        font = cast("TTFFont", self._pdf.fonts[name.lower()])
        self._known[name] = frozenset(font.cmap)
        return self._known[name]


def _covered(text: Iterable[str], known: frozenset[int]) -> int:
    return sum(ord(character) in known for character in text)
