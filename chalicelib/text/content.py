"""A summary as one readable text with light Markdown. Light: the API imports this."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from chalicelib.text.exports.clean import line
from chalicelib.text.exports.links import inert, moment
from chalicelib.text.exports.times import clock
from chalicelib.text.summary import Point, Section, Summary
from chalicelib.text.transcript import Video

_ACTIVE: Final = re.compile(r"([\\`\[\]])")
"""With these a caption could be a link, an image or code. Emphasis does no harm."""
_LEADING: Final = re.compile(r"^(?:#{1,6}(?=\s)|[-+*>](?=\s)|[-=_*]{3,}|~{3,}|\d{1,9}(?=[.)](?:\s|$)))")


def render(summary: Summary, video: Video) -> str:
    """Foreign text is escaped: it makes neither links, HTML nor headings."""
    blocks = [_plain(summary.overview)] if summary.overview else []
    blocks += _BLOCKS.get(summary.mode, _nothing)(summary, video)
    return "\n\n".join(block for block in blocks if block)


def _nothing(_: Summary, __: Video) -> Iterator[str]:
    """Of `tldr` and `brief`: their points say again what the overview says."""
    yield from ()


def _insights(summary: Summary, video: Video) -> Iterator[str]:
    yield _bullets(summary.points, video)


def _timeline(summary: Summary, video: Video) -> Iterator[str]:
    yield "\n".join(_moment(section, video) for section in summary.sections)


def _moment(section: Section, video: Video) -> str:
    said = " ".join(line(point.text) for point in section.points)
    # a title that was taken from what is said would say it twice
    title = "" if said.startswith(line(section.title).rstrip("…")) else section.title
    text = " - ".join(_escaped(part) for part in (title, said) if part)
    return f"- {_time(video, section.start, 5)} {text}"


def _outline(summary: Summary, video: Video) -> Iterator[str]:
    for section in summary.sections:
        yield f"## {_escaped(section.title)} ({_time(video, section.start)})"
        yield _bullets(section.points, video)


def _notes(summary: Summary, video: Video) -> Iterator[str]:
    yield from _outline(summary, video)
    if summary.terms:
        yield "## Terms"
        yield "\n".join(
            f"- **{_escaped(term.term)}**: {_escaped(term.definition)} ({_time(video, term.start)})"
            for term in summary.terms
        )
    if summary.questions:
        yield "## Review questions"
        yield "\n".join(
            f"{number}. {_escaped(question.question)}"
            + ("" if question.start is None else f" ({_time(video, question.start)})")
            + (f"\n   - {_escaped(question.answer)}" if question.answer else "")
            for number, question in enumerate(summary.questions, 1)
        )


def _bullets(points: Sequence[Point], video: Video) -> str:
    return "\n".join(f"- {_time(video, point.start)} {_escaped(point.text)}" for point in points)


def _time(video: Video, start: float, digits: int = 0) -> str:
    time, link = clock(start).zfill(digits), moment(video, start)
    return f"[{time}]({link})" if link else f"[{time}]"


def _plain(text: str) -> str:
    """A text that stands at the beginning of a line."""
    return _LEADING.sub(_protected, _escaped(text))


def _protected(match: re.Match[str]) -> str:
    mark = match.group()
    return f"{mark}\\" if mark[-1].isdigit() else f"\\{mark}"


def _escaped(text: str) -> str:
    # a backslash would do in Markdown alone; some show this as HTML
    return inert(line(text), lambda plain: _ACTIVE.sub(r"\\\1", plain).replace("<", "&lt;"))


_BLOCKS: Final[Mapping[str, Callable[[Summary, Video], Iterator[str]]]] = {
    "key_insights": _insights,
    "timestamped": _timeline,
    "detailed": _outline,
    "study_notes": _notes,
}
