"""PDF, read back with a library that had no part in making it."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any, cast

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from chalicelib.errors import InvalidRequest
from chalicelib.text.exports import pdf, render, typefaces
from chalicelib.text.exports.effort import effort
from chalicelib.text.result import Result
from chalicelib.text.transcript import Cue
from tests.text.exported import HOSTILE, URL, hostile, result, spoken, summary

NOW = "2026-11-23T12:00:00Z"
SCRIPTS = {
    "ar": "مرحبا بالعالم",
    "ur": "یہ اردو کے لیے ہے",
    "he": "שלום עולם",
    "el": "Ελληνικά κείμενα",
    "ru": "русский текст",
    "hi": "हिन्दी में क्षत्रिय",
    "bn": "বাংলা ভাষা",
    "ta": "தமிழ் மொழி",
    "te": "తెలుగు భాష",
    "th": "ภาษาไทยที่นี่",
    "km": "ភាសាខ្មែរ",
    "my": "မြန်မာဘာသာ",
    "zh": "这是中文，繁體字",
    "ja": "これは日本語です。",
    "ko": "한국어 텍스트",
    "vi": "Tiếng Việt",
    "ka": "ქართული",
    "hy": "Հայերեն",
}


def _read(whole: Result) -> PdfReader:
    return PdfReader(io.BytesIO(render(whole, "pdf", NOW).content), strict=True)


def _text(reader: PdfReader) -> str:
    """What a reader copies. Characters of two bytes come with a zero from pypdf where spaces are wide."""
    return "\n".join(page.extract_text() for page in reader.pages).replace("\x00", "")


def _root(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def _notes(reader: PdfReader) -> list[Any]:
    return [note.get_object() for page in reader.pages for note in cast("Any", page).get("/Annots", [])]


def _links(reader: PdfReader) -> list[str]:
    return [note["/A"]["/URI"] for note in _notes(reader)]


def _fonts(reader: PdfReader) -> set[str]:
    """Of the first page, without the tag of a subset."""
    resources: Any = reader.pages[0]["/Resources"]
    names = (font.get_object()["/BaseFont"] for font in resources["/Font"].values())
    return {name.lstrip("/").rpartition("+")[2] for name in names}


def test_title_facts_summaries_and_transcript_are_on_the_page() -> None:
    whole = result(*spoken("what was said"), summaries=(summary("the point"),), author="Ann")
    text = _text(_read(whole))
    for part in ("A title", URL, "By: Ann", "Summary: study notes", "Terms", "Transcript", "what was said"):
        assert part in text
    assert text.count("the point") == 8


def test_metadata_names_the_video() -> None:
    reader = _read(result(*spoken("hi"), title="عنوان", author="Ann", language="ar"))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("عنوان", "Ann")
    assert reader.metadata.creation_date_raw == "D:20261123120000Z"
    assert _root(reader)["/Lang"] == "ar"


def test_times_open_the_video() -> None:
    links = _links(_read(result(Cue(0, 4, "a"), Cue(75, 4, "b"), summaries=(summary("point"),))))
    assert {URL, f"{URL}&t=0s", f"{URL}&t=75s", f"{URL}&t=3s"} <= set(links)


def test_pages_are_numbered_and_headings_make_an_outline() -> None:
    reader = _read(result(*spoken(*["word " * 60] * 60), summaries=(summary("point"),)))
    assert len(reader.pages) > 3
    for number, page in enumerate(reader.pages, 1):
        assert page.extract_text().rstrip().endswith(f"\n{number}")
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == [
        "Summary: study notes",
        "Transcript",
    ]


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_script_is_printed_with_letters_that_fonts_have(language: str) -> None:
    said = SCRIPTS[language]
    text = _text(_read(result(*spoken(said), language=language, title=said)))
    assert "\ufffd" not in text
    assert set(_letters(said)) <= set(_letters(text))


def _letters(text: str) -> list[str]:
    return [character for character in text if unicodedata.category(character) in ("Lu", "Ll", "Lo")]


@pytest.mark.parametrize("language", ["ar", "he", "el", "ru", "zh", "ja", "ko", "vi", "th"])
def test_text_can_be_copied_in_its_order(language: str) -> None:
    said = SCRIPTS[language]
    lines = _text(_read(result(*spoken(said), language=language))).replace(" ", "")
    assert said.replace(" ", "") in lines


def _painted(reader: PdfReader) -> list[tuple[int, str]]:
    """Glyphs of the last block of the first page, from left to right: the code, and what it stands for."""
    page: Any = reader.pages[0]
    fonts = {name: _meanings(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    blocks: list[list[tuple[int, str]]] = [[]]
    meanings: dict[int, str] = {}
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"Tf":
            meanings = fonts[operands[0]]
            blocks.append([])
        elif operator == b"Tj":
            raw = operands[0].original_bytes
            codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
            blocks[-1] += [(code, meanings[code]) for code in codes]
    *_, said, number = [block for block in blocks if block]
    assert [meaning for _, meaning in number] == ["1"]
    return said


def _meanings(font: Any) -> dict[int, str]:
    rows = re.findall(rb"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>$", font["/ToUnicode"].get_data(), re.MULTILINE)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in rows}


def test_arabic_letters_are_joined() -> None:
    final, middle, another, initial = _painted(_read(result(*spoken("بببب"), language="ar")))
    assert {meaning for _, meaning in (final, middle, initial)} == {"ب"}
    assert middle == another
    assert len({final, middle, initial}) == 3


@pytest.mark.parametrize("word", ["אבגד", "دذرز", "العربية"])
def test_arabic_and_hebrew_run_from_right_to_left(word: str) -> None:
    painted = _painted(_read(result(*spoken(word), language="ar")))
    assert "".join(meaning for _, meaning in painted) == word[::-1]


def test_what_stands_between_words_from_right_to_left_keeps_its_own_order() -> None:
    painted = _painted(_read(result(*spoken("אב English 123 גד"), language="he")))
    assert "".join(meaning for _, meaning in painted) == "דג English 123 בא"


@pytest.mark.parametrize(("language", "on_the_right"), [("he", True), ("ar", True), ("en", False)])
def test_times_stand_where_lines_begin(language: str, on_the_right: bool) -> None:
    reader = _read(result(Cue(75, 4, "hi"), language=language))
    [rectangle] = [note["/Rect"] for note in _notes(reader) if note["/A"]["/URI"].endswith("t=75s")]
    assert (rectangle[0] > reader.pages[0].mediabox.width / 2) is on_the_right


def test_a_script_is_set_in_one_font() -> None:
    assert "NotoSansArabic" in _fonts(_read(result(*spoken(SCRIPTS["ur"]), language="ur")))
    assert _fonts(_read(result(*spoken("plain")))) == {"DejaVuSansBook", "DejaVuSansBold"}


def test_what_no_font_has_is_shown_as_a_replacement() -> None:
    text = _text(_read(result(*spoken("a \U00012000 b \U0001fae8 c"))))
    assert text.count("\ufffd") == 2


def test_hostile_text_makes_no_link_and_stays_text() -> None:
    reader = _read(hostile())
    assert not _links(reader)
    assert "/JavaScript" not in _root(reader).get("/Names", {})
    text = _text(reader)
    for part in ("<script>alert(1)</script>", "{nb}", "**bold**"):
        assert part in text


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_makes_a_readable_file(text: str) -> None:
    assert _read(result(Cue(0, 1, text, text), title=text, summaries=(summary(text),), author=text)).pages


def test_marks_without_end_are_cut_short() -> None:
    text = _text(_read(result(*spoken("e" + "\u0301" * 50_000 + "nd"))))
    assert text.count("\u0301") <= 8
    assert "nd" in text


@pytest.mark.parametrize("text", ["😀" * 3000, "ب" + "." * 3000 + "ب", "a ב " * 1500, "a漢ไม" * 1000])
def test_no_text_is_too_much_for_ordering_its_directions(text: str) -> None:
    assert _read(result(*spoken(text), language="he")).pages


def test_a_long_word_is_broken_at_the_margin() -> None:
    reader = _read(result(*spoken("w" * 20_000)))
    assert _text(reader).count("w") == 20_000 + _text(_read(result())).count("w")
    assert len(reader.pages) > 3


@pytest.mark.parametrize("text", ["x" * 550_001, "ب" * 190_000, "a ב " * 20_000])
def test_a_text_that_takes_too_long_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidRequest, match="`html`"):
        render(result(*spoken(text)), "pdf")


@pytest.mark.parametrize("language", ["ar", "he", "hi", "th", "zh", "en"])
def test_four_hours_of_ordinary_speech_are_not_too_much(language: str) -> None:
    words = {**SCRIPTS, "en": "ordinary English words"}[language].split()
    text = " ".join(words[index % len(words)] for index in range(24_000))[:130_000]
    assert effort(text) < pdf.MAX_EFFORT


def test_the_fonts_stay_small_and_come_with_their_licences() -> None:
    sizes = {path.name: path.stat().st_size for path in typefaces.FOLDER.iterdir()}
    assert sum(sizes.values()) < 20_000_000
    assert {"LICENSE-DejaVu.txt", "LICENSE-Noto.txt"} <= set(sizes)
