"""Keeping the sound where it belongs beside the picture: it may start late, and it may have gaps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chalicelib.audio import ffmpeg
from chalicelib.audio.child import Tail
from chalicelib.audio.probe import AudioStream, MediaInfo

# containers whose timestamps say more than the order of the packets
_TIMED = {"mp4", "matroska", "ogg", "flv", "asf", "mpegts", "mpeg"}
# ffmpeg without video decoders cannot copy their pictures, whose size it does not know; but it knows when
# they start, which of other containers it does not: there it may take the sound's start for the file's
_BROADCAST = {"mpegts", "mpeg"}
TOLERANCE_SECONDS = 0.1
_MOST_LEAD_SECONDS = 3600.0
_FIRST_SOUND = re.compile(
    r"^\[Parsed_ashowinfo_\d+ @ \S+\] \[info\] n: *0 .*?pts_time:(-?[\d.]+)", re.MULTILINE
)
_TIME_BASE = re.compile(r"^#tb 0: (\d+)/(\d+)", re.MULTILINE)
_FIRST_PACKET = re.compile(r"^0, *-?\d+, *(-?\d+),", re.MULTILINE)
_LAYOUT = re.compile(r"[\w.() ]+")


def lead(path: Path, info: MediaInfo, stream: AudioStream, tick: Callable[[float], None]) -> float | None:
    """Seconds from the first picture to the first sound; None if there is no sound in `path`."""
    if info.picture is None or info.container not in _TIMED:
        return 0.0
    broadcast = info.container in _BROADCAST
    moments = path.with_name("moments")
    picture = [] if broadcast else _picture(info.picture, moments)
    sound = ["-map", f"0:{stream.index}", "-af", "ashowinfo", "-frames:a", "1", "-f", "null", "-"]
    arguments = ["-copyts", *ffmpeg.INPUT_FENCE, "-i", f"file:{path}", *picture, *sound]
    text = ffmpeg.run(arguments, tick=tick, level="info", log=_Moments(20)).text
    shown, heard = info.start if broadcast else _first_picture(moments), _FIRST_SOUND.search(text)
    if not heard:
        return None
    # what an edit cuts off comes before 0: it is sent, for the frames that build on it, but not shown
    seconds = 0.0 if shown is None else float(heard[1]) - max(0.0, shown)
    sane = TOLERANCE_SECONDS < seconds < (info.duration or _MOST_LEAD_SECONDS)
    return seconds if sane else 0.0


class _Moments(Tail):
    """Of the log, what tells when the sound begins: tags may be more than any log keeps."""

    def add(self, line: str) -> None:
        if _FIRST_SOUND.search(line):
            super().add(line)


def _picture(index: int, moments: Path) -> list[str]:
    # not among the messages, whose parts may come between those of a line
    return ["-map", f"0:{index}", "-c:v", "copy", "-frames:v", "1", "-f", "framecrc", f"file:{moments}"]


def _first_picture(moments: Path) -> float | None:
    """None if there is none that could be copied."""
    text = moments.read_text() if moments.exists() else ""
    moments.unlink(missing_ok=True)
    base, packet = _TIME_BASE.search(text), _FIRST_PACKET.search(text)
    return int(packet[1]) * int(base[1]) / int(base[2]) if base and packet else None


def smaller(stream: AudioStream, rate: int) -> tuple[list[str], AudioStream]:
    """What makes speech of a stream, and what it is then: a gap is filled in memory, all at once."""
    shape = [f"aresample={rate}", "aformat=sample_fmts=s16:channel_layouts=mono"]
    return shape, replace(stream, rate=rate, channels=1, layout="mono")


def left_out(complaints: str) -> bool:
    """Whether there was not enough memory for a gap, after which the sound stands too early."""
    return "Failed to compensate for timestamp delta" in complaints


def filters(container: str, stream: AudioStream, seconds: float) -> list[str]:
    """Silence where there is no sound, `seconds` of it at the start."""
    if container not in _TIMED:
        return []
    gaps = "aresample=async=1"  # not first_pts=0, which starts anew wherever the channels change
    if not seconds:
        return [gaps]
    layout = stream.layout if _LAYOUT.fullmatch(stream.layout) else "stereo"
    silence = f"anullsrc=d={seconds:.6f}:r={stream.rate}:cl='{layout}'"
    return [f"{gaps},asetpts=PTS-STARTPTS[late];{silence}[silence];[silence][late]concat=v=0:a=1"]
