"""PDF: title, summaries and transcript, with times that open the video.

The library shapes and orders every script; this module chooses fonts and places the blocks. Text is
always given to it as data: no markup of it is switched on.
"""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.errors import InvalidRequest
from chalicelib.text.exports.clean import line
from chalicelib.text.exports.document import Block, Kind, document
from chalicelib.text.exports.effort import effort
from chalicelib.text.exports.export import Export
from chalicelib.text.exports.languages import right_to_left, tag
from chalicelib.text.exports.links import moment, web
from chalicelib.text.exports.times import clock
from chalicelib.text.exports.typefaces import MAIN, Typefaces, needs_shaping
from chalicelib.text.result import Result
from chalicelib.text.transcript import Video

if TYPE_CHECKING:
    from fpdf import FPDF

MAX_EFFORT: Final = 550_000
"""Plain characters: more would take longer to set than an answer may take. It is ten hours of English speech,
three of Arabic."""
_LONGEST_SHAPED: Final = 600
"""Characters of a paragraph: the library orders them by recursion, one call deeper for each."""
_MARGIN: Final = 20.0
_TIME_WIDTH: Final = 19.0
_LINE: Final = 1.5
"""Line height, in sizes of the letters."""
_MILLIMETRES: Final = 25.4 / 72
_SIZES: Final = {Kind.TITLE: 20, Kind.HEADING: 14, Kind.SUBHEADING: 11.5, Kind.FACT: 9}
_HEADINGS: Final = (Kind.TITLE, Kind.HEADING, Kind.SUBHEADING)
_SIZE: Final = 10
_BLUE: Final = (20, 80, 160)
_BLACK: Final = (0, 0, 0)


def export(result: Result, now_iso: str | None) -> Export:
    """Raises InvalidRequest for a text that is too long to be set while the caller waits."""
    blocks = list(document(result, now_iso))
    if sum(effort(block.label + block.text) for block in blocks) > MAX_EFFORT:
        raise InvalidRequest("The text is too long for a PDF: ask for `html`, `md` or `txt`")
    pdf = _new(result, now_iso, blocks[0].text)
    faces = Typefaces(pdf, "".join(block.label + block.text for block in blocks))
    pdf.add_page()
    for block in blocks:
        _place(pdf, faces, block, result.transcript.video)
    return Export(bytes(pdf.output()), "application/pdf", "pdf")


def _new(result: Result, now_iso: str | None, title: str) -> FPDF:
    from fpdf import FPDF

    class Numbered(FPDF):
        def footer(self) -> None:
            self.set_y(-_MARGIN * 0.7)
            self.set_font(MAIN, size=8)
            self.set_text_color(_BLACK)
            self.cell(0, 5, str(self.page_no()), align="C")

    pdf = Numbered(format="A4")
    pdf.str_alias_nb_pages = ""  # else {nb} in a text becomes a number
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(True, _MARGIN)
    pdf.set_title(title)
    pdf.set_author(line(result.transcript.video.author or ""))
    pdf.set_lang(tag(result.transcript.language))
    pdf.set_creator("Batchreel")
    if now_iso:
        pdf.set_creation_date(datetime.fromisoformat(now_iso))
    return pdf


def _place(pdf: FPDF, faces: Typefaces, block: Block, video: Video) -> None:
    size = _SIZES.get(block.kind, _SIZE)
    height = size * _MILLIMETRES * _LINE
    heading = block.kind in _HEADINGS
    rtl = right_to_left(block.language)
    text = faces.printable(f"{block.label}: {block.text}" if block.label else block.text)
    if block.kind is Kind.ITEM and block.start is None:
        text = f"\u2022 {text}"
    pdf.ln(height * (0.6 if heading else 0.15))
    if pdf.will_page_break(height * (3 if heading else 1)):  # a heading stays with what follows it
        pdf.add_page()
    if heading and text and block.kind is not Kind.TITLE:
        pdf.start_section(text, level=0 if block.kind is Kind.HEADING else 1, strict=False)
    if block.start is not None:
        _time(pdf, block.start, video, height, rtl=rtl)
    link = web(video.url) if block.kind is Kind.FACT and block.label == "Video" else None
    _text(pdf, faces, text, size, height, bold=heading, rtl=rtl, timed=block.start is not None, link=link)


def _time(pdf: FPDF, start: float, video: Video, height: float, *, rtl: bool) -> None:
    pdf.set_font(MAIN, size=_SIZE - 1)
    pdf.set_text_color(_BLUE)
    pdf.set_x(pdf.w - _MARGIN - _TIME_WIDTH if rtl else _MARGIN)
    pdf.cell(_TIME_WIDTH, height, clock(start), align="R" if rtl else "L", link=moment(video, start) or "")


def _text(
    pdf: FPDF,
    faces: Typefaces,
    text: str,
    size: float,
    height: float,
    *,
    bold: bool,
    rtl: bool,
    timed: bool,
    link: str | None,
) -> None:
    faces.choose(text, size, bold=bold)
    pdf.set_text_color(_BLUE if link else _BLACK)
    shaped = needs_shaping(text)
    pieces = textwrap.wrap(text, _LONGEST_SHAPED, break_on_hyphens=False) if shaped else [text]
    if shaped:
        pdf.set_text_shaping(True, direction="rtl" if rtl else None)
    indent = _TIME_WIDTH if timed else 0.0
    for piece in pieces or [""]:
        pdf.set_x(_MARGIN if rtl else _MARGIN + indent)
        width, align = pdf.epw - indent, "R" if rtl else "L"
        pdf.multi_cell(width, height, piece, align=align, link=link, new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_shaping(False)
