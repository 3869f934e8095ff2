"""Whether a track of an MP4 is AAC such as nearly all is: it becomes bare AAC by a header before each frame.

Boxes: ISO/IEC 14496-14; what the decoder is told: ISO/IEC 14496-3, 1.6.2.1. No I/O.
"""

from __future__ import annotations

import struct

from chalicelib.audio.adts import FRAME_SAMPLES, MOST_BYTES, RATES, Shape
from chalicelib.audio.mp4_boxes import FLAGS, Span, Unusual, every, inside, number, numbers, plain, scale
from chalicelib.audio.mp4_track import Track

_LOW_COMPLEXITY = 2
_MPEG4_AUDIO = 0x40
_ENTRY = 28
"""Bytes of a sample entry before the boxes in it, if it is of version 0."""
_THIS_FILE = 1
_NORMAL_SPEED = 1 << 16
_MOST_DELAY_SECONDS = 0.1
_ES, _DECODER, _SPECIFIC = 3, 4, 5
"""Tags of the descriptors, each within the one before."""


def shape(head: bytes, track: Track) -> Shape | None:
    """What the headers say; None where anything might get lost with the index: pauses, edits, a second
    kind of frames."""
    with plain():
        if not 0 < min(track.sizes) <= max(track.sizes) <= MOST_BYTES:
            return None
        media = inside(head, track.box, b"mdia")
        _check_place(head, inside(head, media, b"minf"))
        found = _shape(_configuration(head, inside(head, media, b"minf", b"stbl", b"stsd")))
        _check_time(head, track, media, found)
        return found
    return None


def _check_place(head: bytes, information: Span) -> None:
    """All its samples are of the one kind, and in this file."""
    references = inside(head, information, b"dinf", b"dref").start + FLAGS
    runs = numbers(head, inside(head, information, b"stbl", b"stsc"), each=3)
    # each reference has a size and a type in front of its flags
    if number(head, references) != 1 or number(head, references + 12) != _THIS_FILE or set(runs[2::3]) != {1}:
        raise Unusual("place")


def _shape(configuration: bytes) -> Shape:
    bits = int.from_bytes(configuration[:2], "big")
    rate, channels, others = bits >> 7 & 15, bits >> 3 & 15, bits & 7
    if len(configuration) < 2 or bits >> 11 != _LOW_COMPLEXITY or not 1 <= channels <= 2 or others:
        raise Unusual("configuration")
    return Shape(RATES[rate], channels)


def _configuration(head: bytes, descriptions: Span) -> bytes:
    first = descriptions.start + FLAGS
    entry = inside(head, Span(first + 4, descriptions.end), b"mp4a")
    if number(head, first) != 1 or any(head[entry.start + 8 : entry.start + 10]):
        raise Unusual("entry")
    boxes = Span(entry.start + _ENTRY, entry.end)
    esds = inside(head, boxes, b"esds")
    if any(every(head, boxes, b"wave")):
        raise Unusual("second configuration")
    elementary = _descriptor(head, esds.start + FLAGS, esds.end, _ES)
    if head[elementary.start + 2] >> 5:
        raise Unusual("elementary stream")
    decoder = _descriptor(head, elementary.start + 3, elementary.end, _DECODER)
    if head[decoder.start] != _MPEG4_AUDIO:
        raise Unusual("decoder")
    specific = _descriptor(head, decoder.start + 13, decoder.end, _SPECIFIC)
    return head[specific.start : specific.end]


def _descriptor(head: bytes, at: int, end: int, tag: int) -> Span:
    """The one that begins there; its length has seven bits to the byte."""
    size, start, more = 0, at, True
    while more and start < at + 4:
        start += 1
        size = size << 7 | head[start] & 0x7F
        more = head[start] >= 0x80
    found = Span(start + 1, start + 1 + size)
    if head[at] != tag or more or found.end > end:
        raise Unusual("descriptor")
    return found


def _check_time(head: bytes, track: Track, media: Span, found: Shape) -> None:
    """Each frame follows the one before, without a gap."""
    units = scale(head, inside(head, media, b"mdhd"))
    table = inside(head, media, b"minf", b"stbl")
    durations = numbers(head, inside(head, table, b"stts"), each=2)
    if sum(durations[::2]) != len(track.sizes) or track.late:
        raise Unusual("durations")
    *steady, (count, last) = zip(durations[::2], durations[1::2], strict=True)
    frame = units * FRAME_SAMPLES / found.rate
    # the last one may hold less than it could
    if any(duration != frame for _, duration in steady) or not (
        last == frame or (count == 1 and last < frame)
    ):
        raise Unusual("time")
    before = sum(count * duration for count, duration in steady) + (count - 1) * last
    for edits in every(head, track.box, b"edts"):
        _check_edit(head, track, inside(head, edits, b"elst"), units, before)


def _check_edit(head: bytes, track: Track, edits: Span, units: int, last_start: int) -> None:
    """There is one that leaves out no more than an encoder's delay. `last_start`: of the last frame, in the
    unit of which there are `units` in a second."""
    duration, start, rate = struct.unpack_from(">QqI" if head[edits.start] else ">IiI", head, edits.start + 8)
    end = start + duration * units / scale(head, inside(head, track.index, b"mvhd"))
    delay = 0 <= start <= _MOST_DELAY_SECONDS * units
    if number(head, edits.start + FLAGS) != 1 or not delay or rate != _NORMAL_SPEED or end <= last_start + 1:
        raise Unusual("edit")
