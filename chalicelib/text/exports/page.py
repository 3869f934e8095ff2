"""One HTML page that needs nothing else: no script, nothing loaded, and a policy that forbids both."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Final

from chalicelib.text.exports.document import Block, Kind, document
from chalicelib.text.exports.export import Export
from chalicelib.text.exports.languages import right_to_left, tag
from chalicelib.text.exports.links import moment, web
from chalicelib.text.exports.times import clock
from chalicelib.text.result import Result
from chalicelib.text.transcript import Video

_ELEMENTS: Final = {
    Kind.TITLE: "h1",
    Kind.HEADING: "h2",
    Kind.SUBHEADING: "h3",
    Kind.TEXT: "p",
    Kind.ITEM: "li",
    Kind.FACT: "li",
}
_LISTS: Final = (Kind.ITEM, Kind.FACT)
_STYLE: Final = (
    "body{max-width:45rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}"
    "p,li,h1,h2,h3{overflow-wrap:anywhere}a{font-variant-numeric:tabular-nums}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}"
)
_PAGE: Final = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def export(result: Result, now_iso: str | None) -> Export:
    blocks = list(document(result, now_iso))
    language = tag(result.transcript.language)
    page = _PAGE.format(
        language=language,
        direction=_direction(language),
        title=escape(blocks[0].text),
        style=_STYLE,
        body=_body(blocks, result.transcript.video),
    )
    return Export(page.encode(), "text/html; charset=utf-8", "html")


def _body(blocks: list[Block], video: Video) -> str:
    parts: list[str] = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        elements = [_element(block, video) for block in group]
        parts += ["<ul>", *elements, "</ul>"] if kind in _LISTS else elements
    return "\n".join(parts)


def _element(block: Block, video: Video) -> str:
    name, language = _ELEMENTS[block.kind], block.language or "en"
    time = "" if block.start is None else _time(video, block.start) + " "
    label = f"<strong>{escape(block.label)}:</strong> " if block.label else ""
    link = web(video.url) if block.kind is Kind.FACT and block.label == "Video" else None
    text = _anchor(link, block.text) if link else f"<bdi>{escape(block.text)}</bdi>"
    return f'<{name} lang="{language}" dir="{_direction(language)}">{time}{label}{text}</{name}>'


def _time(video: Video, start: float) -> str:
    link = moment(video, start)
    return _anchor(link, clock(start)) if link else f"<span>{clock(start)}</span>"


def _anchor(link: str, text: str) -> str:
    return f'<a href="{escape(link)}" rel="noopener noreferrer">{escape(text)}</a>'


def _direction(language: str) -> str:
    return "rtl" if right_to_left(language) else "ltr"
