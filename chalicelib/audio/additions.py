"""Chapters and the cover, as further inputs of the ffmpeg that writes the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.audio import chapters, cover, ffmetadata
from chalicelib.audio.cover import Cover
from chalicelib.audio.ffmetadata import Chapter
from chalicelib.audio.kept import Kept
from chalicelib.audio.request import AudioRequest

# raw AAC and WAV hold neither
_COMMENTS = ("flac", "ogg", "opus")
_CHAPTERS = ("mp3", "m4a")
_PICTURE_STREAM = ("mp3", "m4a", "flac")
_PICTURE_COMMENT = ("ogg", "opus")


@dataclass(frozen=True)
class Additions:
    inputs: tuple[str, ...] = ()
    """Arguments after the source's."""
    outputs: tuple[str, ...] = ()
    """Arguments before the result's name."""
    size: int = 0
    """Bytes that they add to the result, or nearly so."""
    warnings: tuple[str, ...] = ()


NOTHING = Additions()


def prepare(kept: Kept, request: AudioRequest, source: Path, tick: Callable[[float], None]) -> Additions:
    """Takes the cover out of `source`. Leaves files beside it."""
    holds = request.format in (*_PICTURE_STREAM, *_PICTURE_COMMENT)
    picture = cover.take(source, kept.cover, tick) if holds and kept.cover is not None else None
    heard = chapters.within(kept.chapters, request.start or 0.0, request.end)
    told = _told(request.format, heard, picture, source.with_name("additions"))
    shown = NOTHING
    if picture and request.format in _PICTURE_STREAM:
        shown = _shown(picture, source.with_name("cover.jpg"), 2 if told.inputs else 1)
    dropped = holds and kept.cover is not None and not picture
    return Additions(
        (*told.inputs, *shown.inputs),
        (*told.outputs, *shown.outputs),
        told.size + shown.size,
        ("cover_dropped",) if dropped else (),
    )


def _told(format: str, heard: Sequence[Chapter], picture: Cover | None, path: Path) -> Additions:  # noqa: A002
    tags = chapters.comments(heard) if format in _COMMENTS else {}
    if picture and format in _PICTURE_COMMENT:
        tags["METADATA_BLOCK_PICTURE"] = cover.block(picture)
    marks = heard if format in _CHAPTERS else ()
    if not tags and not marks:
        return NOTHING
    path.write_text(ffmetadata.render(tags, marks), "utf-8")
    inputs = ("-protocol_whitelist", "file", "-f", "ffmetadata", "-i", f"file:{path}")
    outputs = (*(("-map_metadata:g", "1:g") if tags else ()), *(("-map_chapters", "1") if marks else ()))
    return Additions(inputs, outputs, path.stat().st_size)


def _shown(picture: Cover, path: Path, number: int) -> Additions:
    """As a stream. ffmpeg is told its size, and by the name of the file its kind: nothing need look at it."""
    path.write_bytes(picture.jpeg)
    fence = ("-protocol_whitelist", "file", "-format_whitelist", "image2", "-codec_whitelist", "none")
    shape = ("-f", "image2", "-pattern_type", "none", "-video_size", f"{picture.width}x{picture.height}")
    kind = ("-disposition:v", "attached_pic", "-metadata:s:v", "comment=Cover (front)")
    outputs = ("-map", f"{number}:v", "-c:v", "copy", *kind)
    return Additions((*fence, *shape, "-i", f"file:{path}"), outputs, len(picture.jpeg))
