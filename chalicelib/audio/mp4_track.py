"""One sound track of an MP4 whose index stands in front: where its bytes are, and how to send it alone.

Most of a video is picture, over which ffmpeg leaps in a file, but cannot in a pipe. No I/O.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, repeat
from operator import add, le, sub

from chalicelib.audio.mp4_boxes import FLAGS, Span, Unusual, Width, every, inside, number, numbers, plain, put

_MOST_HEADER = 16
"""Bytes in front of the samples, behind the index."""
_MOST = 3 << 20
"""Samples and chunks together, so that all about them takes 80 MB at most: 18 hours have as many samples."""


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
    """Of each sample, its offset in the source; in order."""
    sizes: array[int]
    """Of each sample, in bytes."""
    chunks: array[int]
    """Of each chunk of samples, its offset in the sound alone."""


def find(head: bytes, place: int, length: int) -> Track | None:
    """The track at that place in the index, from 0. `head` begins the source, which is `length` bytes long.
    None if this is no sound, or not told as plainly as in most files."""
    with plain():
        index = inside(head, Span(0, len(head)), b"moov")
        others = _tracks(head, index)
        box = others.pop(place)
        if _kind(head, box) == b"soun":
            pictured = any(_kind(head, other) == b"vide" for other in others)
            samples = _samples(head, inside(head, box, b"mdia", b"minf", b"stbl"), Span(index.end, length))
            return Track(index, box, others, pictured, _begins_late(head, box), *samples)
    return None


def alone(head: bytes, track: Track) -> bytearray:
    """What makes an MP4 of the track, with its samples one after the other behind it."""
    end = track.index.end
    data = _data_header(sum(track.sizes))
    index = bytearray(memoryview(head)[:end])
    # free boxes in place of all that leads to other tracks: nothing moves but the samples
    for unwanted in [*track.others, *every(head, track.box, b"tref")]:
        index[unwanted.start - 4 : unwanted.start] = b"free"
    width, offsets = _offsets(head, inside(head, track.box, b"mdia", b"minf", b"stbl"))
    put(index, offsets, array(width, map((end + len(data)).__add__, track.chunks)))
    index += data
    return index


def _tracks(head: bytes, index: Span) -> list[Span]:
    """In the order in which ffmpeg numbers them, as long as no cover, which it numbers too, comes first."""
    found = list(every(head, index, b"trak"))
    if any(
        other.start < found[-1].start for name in (b"udta", b"meta") for other in every(head, index, name)
    ):
        raise Unusual("cover")
    return found


def _data_header(size: int) -> bytes:
    short = size + 8 < 1 << 32
    return struct.pack(">I4s", size + 8, b"mdat") if short else struct.pack(">I4sQ", 1, b"mdat", size + 16)


def _kind(head: bytes, track: Span) -> bytes:
    at = inside(head, track, b"mdia", b"hdlr").start + FLAGS + 4
    return head[at : at + 4]


def _begins_late(head: bytes, track: Span) -> bool:
    """Whether the first of its edits shows nothing, or its samples are moved one by one."""
    if any(every(head, inside(head, track, b"mdia", b"minf", b"stbl"), b"ctts")):
        return True
    for edits in every(head, track, b"edts"):
        at = inside(head, edits, b"elst").start
        width = 8 if head[at] else 4
        shown = at + FLAGS + 4 + width  # behind their number, and how long the first is
        if head[shown : shown + width] == b"\xff" * width:
            return True
    return False


def _samples(head: bytes, table: Span, data: Span) -> tuple[array[int], array[int], array[int]]:
    """As in Track: starts, sizes, chunks. All are in `data`."""
    told = inside(head, table, b"stsz")
    if number(head, told.start + FLAGS) or any(every(head, table, b"stz2")) or _uncompressed(head, table):
        raise Unusual("size")  # it counts its samples in ways of its own
    sizes = numbers(head, told, at=FLAGS + 4)
    width, offsets = _offsets(head, table)
    places = numbers(head, offsets, width)
    if len(sizes) + len(places) > _MOST:
        raise Unusual("many")
    counts = _per_chunk(numbers(head, inside(head, table, b"stsc"), each=3), len(places))
    if sum(counts) != len(sizes):
        raise Unusual("samples")
    reached = array("Q", accumulate(sizes, initial=0))
    chunks = array("Q", map(reached.__getitem__, accumulate(counts[:-1], initial=0)))
    # how much else there is in front of each: never less than before the one before it
    between = array("Q", map(sub, places, chunks))
    in_order = all(map(le, between, islice(between, 1, None)))
    if width == "I" and data.start + reached[-1] + _MOST_HEADER >= 1 << 32:
        raise Unusual("offset")  # in front of which there would be more than in the source
    if not in_order or between[0] < data.start or between[-1] + reached[-1] > data.end:
        raise Unusual("order")
    starts = array("Q", map(add, reached, chain.from_iterable(map(repeat, between, counts))))
    return starts, sizes, chunks


def _uncompressed(head: bytes, table: Span) -> bool:
    """Whether each sample lasts as short as can be, for which ffmpeg has sizes of its own."""
    durations = (numbers(head, box, each=2) for box in every(head, table, b"stts"))
    return any(len(rows) == 2 and rows[1] == 1 for rows in durations)


def _per_chunk(runs: array[int], chunks: int) -> array[int]:
    """Samples in each of so many chunks. `runs`: of chunks that hold as many, the number of the first, from
    1, and how many they hold; and a third number."""
    firsts = [*runs[::3], chunks + 1]
    lengths = list(map(sub, firsts[1:], firsts))
    if firsts[0] != 1 or min(lengths) < 1 or not all(runs):
        raise Unusual("runs")
    return array("I", chain.from_iterable(map(repeat, runs[1::3], lengths)))


def _offsets(head: bytes, table: Span) -> tuple[Width, Span]:
    """How wide the chunks' offsets are, and the box that they are in."""
    short, long = (list(every(head, table, kind)) for kind in (b"stco", b"co64"))
    (box,) = [*short, *long]
    return ("I" if short else "Q"), box
