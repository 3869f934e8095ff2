"""One sound track of an MP4 whose index stands in front: where its bytes are, and how to send it alone.

Most of a video is picture, over which ffmpeg leaps in a file, but cannot in a pipe. No I/O.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise, repeat
from operator import add, le

from chalicelib.audio.mp4_boxes import FLAGS, Span, Unusual, Width, every, inside, number, numbers, plain, put

_MOST_SAMPLES = 1 << 22
"""More than a day has, so that their sums take 32 MB at most."""


@dataclass(frozen=True)
class Track:
    index: Span
    """The box moov."""
    box: Span
    """The track's own, in it."""
    others: Sequence[Span]
    pictured: bool
    """Whether one of the others is a picture."""
    late: bool
    """Whether there is nothing to hear at first."""
    starts: array[int]
    """Of each chunk, its offset in the source; in order."""
    sizes: array[int]
    """Of each chunk, in bytes."""
    samples: array[int]
    """Of each sample, in bytes: the chunks hold them one after the other."""


def find(head: bytes, place: int, length: int) -> Track | None:
    """The track at that place in the index, from 0. `head` begins the source, which is `length` bytes long.
    None if this is no sound, or not told as plainly as in most files."""
    with plain():
        index = inside(head, Span(0, len(head)), b"moov")
        others = list(every(head, index, b"trak"))
        box = others.pop(place)
        if _kind(head, box) == b"soun":
            pictured = any(_kind(head, other) == b"vide" for other in others)
            samples, starts, sizes = _chunks(head, inside(head, box, b"mdia", b"minf", b"stbl"))
            following = chain(starts[1:], [length])
            if starts[0] < index.end or not all(map(le, map(add, starts, sizes), following)):
                raise Unusual("order")
            return Track(index, box, others, pictured, _begins_late(head, box), starts, sizes, samples)
    return None


def alone(head: bytes, track: Track) -> bytes:
    """What makes an MP4 of the track, with its chunks one after the other behind it."""
    end = track.index.end
    data = _data_header(sum(track.sizes))
    index = bytearray(head[:end])
    # free boxes in place of all that leads to other tracks: nothing moves but the chunks
    for unwanted in [*track.others, *every(head, track.box, b"tref")]:
        index[unwanted.start - 4 : unwanted.start] = b"free"
    width, at = _offsets(head, inside(head, track.box, b"mdia", b"minf", b"stbl"))
    put(index, at, array(width, accumulate(track.sizes[:-1], initial=end + len(data))))
    return bytes(index) + data


def _data_header(size: int) -> bytes:
    short = size + 8 < 1 << 32
    return struct.pack(">I4s", size + 8, b"mdat") if short else struct.pack(">I4sQ", 1, b"mdat", size + 16)


def _kind(head: bytes, track: Span) -> bytes:
    at = inside(head, track, b"mdia", b"hdlr").start + FLAGS + 4
    return head[at : at + 4]


def _begins_late(head: bytes, track: Span) -> bool:
    for edits in every(head, track, b"edts"):
        at = inside(head, edits, b"elst").start
        width = 8 if head[at] else 4
        first = (
            at + FLAGS + 4
        )  # how long it is, and then what it shows: nothing, or the media from some time on
        if head[first + width : first + 2 * width] == b"\xff" * width:
            return True
    return False


def _chunks(head: bytes, table: Span) -> tuple[array[int], array[int], array[int]]:
    """Sizes of the samples; offsets and sizes of the chunks that they are in."""
    at = inside(head, table, b"stsz").start + FLAGS
    if number(head, at):
        raise Unusual("size")  # uncompressed sound, which counts its samples in ways of its own
    samples = numbers(head, at + 4)
    width, at = _offsets(head, table)
    starts = numbers(head, at, width)
    runs = numbers(head, inside(head, table, b"stsc").start + FLAGS, each=3)
    chunks = list(pairwise([*runs[::3], len(starts) + 1]))  # first of a run, first of the next; from 1
    counted = [
        (following - first, count) for (first, following), count in zip(chunks, runs[1::3], strict=True)
    ]
    known = sum(chunks * count for chunks, count in counted)
    if runs[0] != 1 or min(counted)[0] < 1 or known != len(samples) or known > _MOST_SAMPLES:
        raise Unusual("runs")
    reached = array("Q", accumulate(samples, initial=0))
    per_chunk = chain.from_iterable(repeat(count, chunks) for chunks, count in counted)
    ends = map(reached.__getitem__, accumulate(per_chunk, initial=0))
    return samples, starts, array("I", (end - start for start, end in pairwise(ends)))


def _offsets(head: bytes, table: Span) -> tuple[Width, int]:
    """How wide the chunks' offsets are, and where their count is."""
    short, long = (list(every(head, table, kind)) for kind in (b"stco", b"co64"))
    (box,) = [*short, *long]
    return ("I" if short else "Q"), box.start + FLAGS
