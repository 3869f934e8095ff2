"""What a file holds, as `ffmpeg -i` tells it. No ffprobe: several ffmpeg packages come without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.audio import failures, ffmpeg, metadata
from chalicelib.audio.child import LEVEL, Tail

_INPUT = re.compile(r"Input #0, (.+), from ")
_DURATION = re.compile(r"  Duration: (\d+):(\d\d):(\d\d\.\d+)")
_START = re.compile(r"  Duration: .*start: (-?\d+\.\d+)")
_TOO_MANY = re.compile(r"Number of (streams|tracks) exceeds max_streams")
_ESTIMATED = "Estimating duration"
_STREAM = re.compile(r"  Stream #0:(\d+)(?:\[\w+\])?(?:\(([^)]*)\))?: (Video|Audio): (.+)")
_TITLE = re.compile(r"\s{6,8}title\s*: (.*)")
_KEY = re.compile(r"\s{6,8}enc_key_id\s*: (.*)")
"""Of an encrypted Matroska track, whose codec is told as if it were not."""
_LAYOUTS = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8, "cube": 8}
# these hold no length of their own, so a part of the file tells nothing about the whole
_LENGTH_AT_END = ("ogg", "mpegts", "mpeg")
_MOST_TEXT = 1 << 17
_WORK = "Stream mapping:"


@dataclass(frozen=True)
class AudioStream:
    index: int
    codec: str
    rate: int
    """Hz; 0 if unknown."""
    channels: int
    """0 if unknown."""
    bitrate: int | None
    """bit/s as the container states it."""
    default: bool
    layout: str = ""
    """ffmpeg's name of the channel layout."""
    language: str | None = None
    """As the container has it, mostly ISO 639-2."""
    title: str | None = None
    encrypted: bool = False


@dataclass(frozen=True)
class MediaInfo:
    container: str
    duration: float | None
    """Seconds; the container's, which may be longer than its audio."""
    estimated: bool
    """The duration was guessed from size and bit rate."""
    audio: tuple[AudioStream, ...]
    has_video: bool
    tags: Mapping[str, str] = field(default_factory=dict)
    picture: int | None = None
    """Index of the first video stream that is no cover."""
    start: float = 0.0
    """The container's first timestamp."""


def probe(
    path: Path | str,
    tick: Callable[[float], None] = lambda _: None,
    *,
    partial: bool = False,
    brief: bool = False,
) -> MediaInfo:
    """`partial`: the file is just the start of the source. `brief`: its header tells all there is to know.
    Raises JobError for what is no media."""
    least = ("-probesize", "32k") if brief else ()
    arguments = [*ffmpeg.INPUT_FENCE, *least, "-i", f"file:{path}"]
    finished = ffmpeg.run(arguments, tick=tick, level="info", log=Description())
    if finished.returncode < 0:
        raise failures.from_ffmpeg(finished.returncode, finished.text)
    return parse(finished.text, partial=partial)


class Description(Tail):
    """The log of a look at a file: what is told about it, however many chapters and tags it has. Of what
    ffmpeg then does with it, the last lines are kept.

    `chapters`: whether to keep those too, as far as there is room.
    """

    def __init__(self, *, chapters: bool = False) -> None:
        super().__init__(200)
        self._chapters = chapters
        self._description: list[str] = []
        self._size = 0
        self._in_chapters = False
        self._over = False

    def add(self, line: str) -> None:
        line = LEVEL.sub("", line)
        self._over = self._over or bool(self._description and line.startswith(_WORK))
        if self._over or not (self._description or _INPUT.match(line)):
            super().add(line)
        elif self._keeps(line):
            self._description.append(line)

    @property
    def text(self) -> str:
        return "\n".join([super().text, *self._description])

    def _keeps(self, line: str) -> bool:
        heading = not line.startswith("    ")  # of the file, of its chapters, of a stream
        if heading:
            self._in_chapters = line.startswith("  Chapters:")
        self._size += 0 if heading else len(line)
        # the number of streams is limited, that of tags is not
        wanted = self._chapters or not self._in_chapters
        return wanted and (heading or self._size <= _MOST_TEXT)


def parse(text: str, *, partial: bool = False) -> MediaInfo:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if _INPUT.match(line)), None)
    if start is None:
        raise failures.unreadable(text)
    if any(_TOO_MANY.match(line) for line in lines[:start]):
        raise failures.too_many_tracks()
    container = lines[start].removeprefix("Input #0, ").split(",")[0]
    streams = [(at, found) for at, line in enumerate(lines) if at > start and (found := _STREAM.match(line))]
    pictures = [int(s[1]) for _, s in streams if s[3] == "Video" and "attached pic" not in s[4]]
    estimated = any(line.startswith(_ESTIMATED) for line in lines[:start])
    unknown = partial and (estimated or container in _LENGTH_AT_END)
    return MediaInfo(
        container={"mov": "mp4"}.get(container, container),
        duration=None if unknown else _duration(lines[start:]),
        estimated=estimated,
        audio=tuple(_audio(s, lines, at) for at, s in streams if s[3] == "Audio"),
        has_video=bool(pictures),
        tags=metadata.parse(lines[start:]),
        picture=next(iter(pictures), None),
        start=_start(lines[start:]),
    )


def _duration(lines: list[str]) -> float | None:
    found = next((match for line in lines if (match := _DURATION.match(line))), None)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _start(lines: list[str]) -> float:
    found = next((match for line in lines if (match := _START.match(line))), None)
    return float(found[1]) if found else 0.0


def language(code: str | None) -> str | None:
    return None if code in (None, "", "und") else code


def title_below(lines: list[str], at: int) -> str | None:
    """Of the stream or chapter in line `at`."""
    return _tag_below(lines, at, _TITLE)


def _tag_below(lines: list[str], at: int, tag: re.Pattern[str]) -> str | None:
    """The tags of what is in line `at` follow it."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in lines[at + 1 : at + 40]:
        if len(line) - len(line.lstrip()) <= indent:
            return None
        found = tag.fullmatch(line)
        if found:
            return found[1].strip()[:200] or None
    return None


def _audio(found: re.Match[str], lines: list[str], at: int) -> AudioStream:
    """Of the stream in line `at`."""
    text = found[4]
    parts = [part.strip() for part in text.split(",")]
    rate = next((int(part.split()[0]) for part in parts if part.endswith(" Hz")), 0)
    bitrate = re.search(r"(\d+) kb/s", text)
    layout = next((part for part in parts[1:] if _channels(part)), "")
    return AudioStream(
        index=int(found[1]),
        codec=parts[0].split()[0],
        rate=rate,
        channels=_channels(layout),
        bitrate=int(bitrate[1]) * 1000 if bitrate else None,
        default="(default)" in text,
        layout=layout.removesuffix("(default)").strip(),
        language=language(found[2]),
        title=title_below(lines, at),
        encrypted=_tag_below(lines, at, _KEY) is not None,
    )


def _channels(part: str) -> int:
    layout = part.removesuffix("(default)").strip()
    counted = re.match(r"(\d+) channels", layout)
    if counted:
        return int(counted[1])
    speakers = re.fullmatch(r"(\d+)\.(\d)(?:\.(\d))?(?:\(.*\))?", layout)  # 5.1(side)
    if speakers:
        return sum(int(n or 0) for n in speakers.groups())
    return _LAYOUTS.get(layout.partition("(")[0], 0)  # quad(side)
