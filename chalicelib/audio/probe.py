"""What a file holds, as `ffmpeg -i` tells it. No ffprobe: several ffmpeg packages come without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.audio import failures, ffmpeg, metadata

_INPUT = re.compile(r"Input #0, (.+), from ")
_DURATION = re.compile(r"  Duration: (\d+):(\d\d):(\d\d\.\d+)")
_STREAM = re.compile(r"  Stream #0:(\d+)(?:\[\w+\])?(?:\([^)]*\))?: (Video|Audio): (.+)")
_LAYOUTS = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8}
# these hold no length of their own, so a part of the file tells nothing about the whole
_LENGTH_AT_END = ("ogg", "mpegts", "mpeg")


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


def probe(
    path: Path | str, tick: Callable[[float], None] = lambda _: None, *, partial: bool = False
) -> MediaInfo:
    """`partial`: the file is just the start of the source. Raises JobError for what is no media."""
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}"]
    finished = ffmpeg.run(arguments, tick=tick, level="info", keep_lines=3000)
    if finished.returncode < 0:
        raise failures.not_media()
    text = re.sub(
        r"^(\[[^\]]*@[^\]]*\] )?\[(info|warning|error|fatal)\] ", "", finished.text, flags=re.MULTILINE
    )
    return parse(text, partial=partial)


def parse(text: str, *, partial: bool = False) -> MediaInfo:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if _INPUT.match(line)), None)
    if start is None:
        raise failures.from_ffmpeg(1, text)
    container = lines[start].removeprefix("Input #0, ").split(",")[0]
    streams = [found for line in lines[start:] if (found := _STREAM.match(line))]
    estimated = "Estimating duration" in text
    unknown = partial and (estimated or container in _LENGTH_AT_END)
    return MediaInfo(
        container={"mov": "mp4"}.get(container, container),
        duration=None if unknown else _duration(lines[start:]),
        estimated=estimated,
        audio=tuple(_audio(int(s[1]), s[3]) for s in streams if s[2] == "Audio"),
        has_video=any(s[2] == "Video" and "attached pic" not in s[3] for s in streams),
        tags=metadata.parse(lines[start:]),
    )


def _duration(lines: list[str]) -> float | None:
    found = next((match for line in lines if (match := _DURATION.match(line))), None)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _audio(index: int, text: str) -> AudioStream:
    parts = [part.strip() for part in text.split(",")]
    rate = next((int(part.split()[0]) for part in parts if part.endswith(" Hz")), 0)
    bitrate = re.search(r"(\d+) kb/s", text)
    return AudioStream(
        index=index,
        codec=parts[0].split()[0],
        rate=rate,
        channels=next((count for part in parts[1:] if (count := _channels(part))), 0),
        bitrate=int(bitrate[1]) * 1000 if bitrate else None,
        default="(default)" in text,
    )


def _channels(part: str) -> int:
    layout = part.removesuffix("(default)").strip()
    counted = re.match(r"(\d+) channels", layout)
    if counted:
        return int(counted[1])
    speakers = re.fullmatch(r"(\d)\.(\d)(?:\.(\d))?(?:\(.*\))?", layout)  # 5.1(side)
    return sum(int(n or 0) for n in speakers.groups()) if speakers else _LAYOUTS.get(layout, 0)
