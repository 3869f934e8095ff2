"""The part of the sound that is wanted, to the sample. No I/O."""

from __future__ import annotations

from chalicelib.audio import failures
from chalicelib.audio.probe import MediaInfo
from chalicelib.audio.request import AudioRequest
from chalicelib.audio.timing import TOLERANCE_SECONDS

# their index knows where every packet of sound begins, to the sample
_SEEKABLE = {"mp4", "mov"}
_WORTH_SECONDS = 60.0
"""What is decoded and dropped at several hundred times its speed."""
_RUN_UP_SECONDS = 2.0
"""For decoders that need what comes before."""


def skipped(request: AudioRequest, container: str) -> float:
    """Seconds at the start that need not even be read from a file, as the container's index shows the way.
    What is normalised was measured from the start, by the same filters."""
    start = request.start or 0.0
    far = container in _SEEKABLE and start >= _WORTH_SECONDS and not request.normalize
    return start - _RUN_UP_SECONDS if far else 0.0


def filters(request: AudioRequest, skipped: float = 0.0) -> list[str]:
    """By timestamps, which go on where a change of format on the way makes every filter start anew."""
    first = (request.start or 0.0) - skipped
    bounds = [f"start={first:.6f}"] if first else []
    if request.end is not None:
        bounds.append(f"end={request.end - skipped:.6f}")
    cut = [f"atrim={':'.join(bounds)}"] if bounds else []
    return [*cut, f"asetpts=PTS-round({first:.6f}/TB)"] if first else cut


def seconds(request: AudioRequest, duration: float | None) -> float | None:
    """That come out of a source of that duration."""
    start, end = request.start or 0.0, request.end
    if duration is None:
        return None if end is None else end - start
    return max(0.0, reached(request, duration) - start)


def reached(request: AudioRequest, duration: float) -> float:
    """Seconds of such a source that need to be looked at."""
    return duration if request.end is None else min(duration, request.end)


def check(request: AudioRequest, info: MediaInfo) -> None:
    """Raises JobError if there is nothing of `info` after the start."""
    known = info.duration is not None and not info.estimated
    if known and request.start and not seconds(request, info.duration):
        raise failures.nothing_left(request.start)


def warnings(request: AudioRequest, made: float) -> tuple[str, ...]:
    """`made`: the seconds that came out."""
    missed = request.end is not None and made < request.end - (request.start or 0.0) - TOLERANCE_SECONDS
    return ("trim_end_beyond_source",) if missed else ()
