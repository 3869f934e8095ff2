"""Taking the encoded sound over as it is, where it is what was asked for and turns out to be sound."""

from __future__ import annotations

from contextlib import ExitStack

from chalicelib.audio import adts, ffmpeg, mp4, mp4_aac, plan, probe, results, timing
from chalicelib.audio.child import Child, Feed
from chalicelib.audio.made import Made, Sound
from chalicelib.audio.mp4_track import Track
from chalicelib.audio.sieve import Sieve
from chalicelib.audio.writer import Writer

CHECK_SECONDS = 20
# these keep the source's timestamps or its header, and only decoding all of it tells
_DECODED_WHOLE = ("ogg", "opus", "flac")


class NotCopied(Exception):
    """A copy made while the source arrived is no good, and the source is gone: fetch it again."""


def copy(writer: Writer, sound: Sound, feed: Feed | None = None) -> Made | None:
    """None if the result is no good: undecodable, with gaps, or larger than the quality asked for."""
    request, stream, info = writer.request, sound.stream, sound.info
    arguments = plan.copy_arguments(request, stream, writer.tags)
    finished = writer.write(arguments, info.duration, feed)
    if finished.returncode or not finished.seconds:
        return None
    whole = request.format in _DECODED_WHOLE
    with _check(writer, None if whole else CHECK_SECONDS) as check:
        found, decoded = _decoded(writer, check)
    if not found or not decoded:
        return None
    seconds = decoded if whole else results.seconds(writer.out, request.format, found)
    if abs(finished.seconds - seconds) > timing.TOLERANCE_SECONDS:
        return None
    if request.format == "m4a" and mp4.longest_packet(writer.out) > timing.TOLERANCE_SECONDS:
        return None
    if _too_large(writer, sound, seconds):
        return None
    added = writer.additions
    # with a picture beside it, not every ffmpeg tells how much sound it has written
    if added.outputs and writer.write(arguments, info.duration, more=added).returncode:
        return None
    return _made(writer, sound, found, seconds, finished.complaints)


def framing(writer: Writer, track: Track) -> adts.Shape | None:
    """Of a copy that takes no ffmpeg: bare AAC is what an MP4 has of it, with a header before each frame."""
    if writer.request.format != "aac" or writer.tags:
        return None
    return mp4_aac.shape(writer.download.head, track)


def frame(writer: Writer, sound: Sound, track: Track, shape: adts.Shape) -> Made | None:
    """As `copy`, of a source that arrives. It is checked as soon as there is enough of it."""
    sieve = Sieve(track, {size: shape.header(size) for size in set(track.sizes)})
    enough = (CHECK_SECONDS + 1) * shape.rate // adts.FRAME_SAMPLES
    with ExitStack() as checks:
        check = None
        with writer.out.open("wb") as file:
            for data in writer.download.all(writer.progress):
                file.write(sieve.sift(data))
                if not check and sieve.passed >= enough:
                    file.flush()
                    check = checks.enter_context(_check(writer, CHECK_SECONDS))
        check = check or checks.enter_context(_check(writer, CHECK_SECONDS))
        found, decoded = _decoded(writer, check)
    seconds = len(track.sizes) * adts.FRAME_SAMPLES / shape.rate
    if not found or not decoded or _too_large(writer, sound, seconds):
        return None
    writer.check_length(seconds)
    return _made(writer, sound, found, seconds)


def _too_large(writer: Writer, sound: Sound, seconds: float) -> bool:
    return writer.out.stat().st_size * 8 / seconds > plan.copy_limit(writer.request, sound.stream)


def _made(writer: Writer, sound: Sound, found: probe.MediaInfo, seconds: float, complaints: str = "") -> Made:
    added, info = writer.additions, sound.info
    warnings = (*added.warnings, *writer.length_warnings(info, seconds, complaints))
    return Made(writer.out, "copy", seconds, info, found.audio[0], warnings, added=added.size)


def _check(writer: Writer, most: float | None) -> Child:
    """Decodes the result, or its first seconds."""
    limit = [] if most is None else ["-t", str(most)]
    count = ["-vn", "-af", "asetpts=N/SR/TB", *limit, "-f", "null", "-"]
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{writer.out}", *count]
    return ffmpeg.begin(arguments, level="info", log=probe.Description())


def _decoded(writer: Writer, check: Child) -> tuple[probe.MediaInfo | None, float]:
    """What the result holds, and seconds of its samples, whatever the timestamps say; None if it cannot be
    decoded."""
    finished = ffmpeg.finish(check, writer.still)
    sound = finished.returncode == 0 and finished.errors <= 3
    return (probe.parse(finished.text) if sound else None), finished.seconds
