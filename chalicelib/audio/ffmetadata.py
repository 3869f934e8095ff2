"""ffmpeg's own text form of tags and chapters: exact, where its log cuts every line at 255 bytes. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

HEADER = ";FFMETADATA1\n"
_LINE = re.compile(r"(?:\\.|[^\\\n])+", re.DOTALL)
_PAIR = re.compile(r"((?:\\.|[^\\=])+)=(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"([=;#\\\n])")
_TIMEBASE = re.compile(r"(\d{1,10})/([1-9]\d{0,9})")
_NUMBER = re.compile(r"-?\d{1,19}")


@dataclass(frozen=True)
class Chapter:
    start: float
    """Seconds from the start of the file."""
    end: float
    title: str


@dataclass
class Section:
    kind: str
    """`""` of the file, `STREAM` or `CHAPTER`."""
    pairs: dict[str, str] = field(default_factory=dict)
    """By the names as they stand there; of two alike the first."""


def sections(text: str) -> Iterator[Section]:
    section = Section("")
    for line in _LINE.findall(text):
        if line in ("[STREAM]", "[CHAPTER]"):
            yield section
            section = Section(line.strip("[]"))
        elif found := _PAIR.fullmatch(line):
            section.pairs.setdefault(_ESCAPED.sub(r"\1", found[1]), _ESCAPED.sub(r"\1", found[2]))
    yield section


def chapter(section: Section) -> Chapter | None:
    """None if its times make no sense."""
    base = _TIMEBASE.fullmatch(section.pairs.get("TIMEBASE", ""))
    times = [section.pairs.get(name, "") for name in ("START", "END")]
    if not base or not all(_NUMBER.fullmatch(time) for time in times):
        return None
    start, end = (float(Fraction(int(time) * int(base[1]), int(base[2]))) for time in times)
    return Chapter(start, end, section.pairs.get("title", ""))


def render(tags: Mapping[str, str], chapters: Iterable[Chapter]) -> str:
    return HEADER + _pairs(tags) + "".join(_chapter(each) for each in chapters)


def _chapter(chapter: Chapter) -> str:
    times = f"TIMEBASE=1/1000\nSTART={round(chapter.start * 1000)}\nEND={round(chapter.end * 1000)}\n"
    return f"[CHAPTER]\n{times}{_pairs({'title': chapter.title})}"


def _pairs(tags: Mapping[str, str]) -> str:
    return "".join(f"{_escaped(name)}={_escaped(value)}\n" for name, value in tags.items())


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
