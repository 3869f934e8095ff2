"""The boxes of an MP4's index, and the tables in them (ISO/IEC 14496-12). No I/O.

What is not as plain as most files are raises Unusual, or what Python raises for such data: see `plain`.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal, NamedTuple

from chalicelib.audio.sniff import boxes

FLAGS = 4
"""Bytes of version and flags that most boxes begin with."""
Width = Literal["I", "Q"]
"""Of a number: 4 or 8 bytes."""


class Unusual(ValueError):
    """Not what a plain index looks like."""


def plain() -> suppress:
    """Ends what is within where an index is not a plain one."""
    return suppress(ValueError, LookupError, ArithmeticError, struct.error)


class Span(NamedTuple):
    """The contents of a box."""

    start: int
    end: int


def every(data: bytes, span: Span, name: bytes) -> Iterator[Span]:
    """Each box of that name directly in `span`."""
    for kind, at, size in boxes(data, *span):
        if kind == name:
            if at + size > span.end or data[at : at + 4] == b"\0\0\0\1":
                raise Unusual(name)
            yield Span(at + 8, at + size)


def inside(data: bytes, span: Span, *path: bytes) -> Span:
    """The one box of the first name, in it the one of the second, and so on."""
    for name in path:
        (span,) = every(data, span, name)
    return span


def number(data: bytes, at: int, width: Width = "I") -> int:
    (found,) = struct.unpack_from(f">{width}", data, at)
    return int(found)


def scale(data: bytes, header: Span) -> int:
    """Units in a second, by the header of a movie or of a medium."""
    return number(data, header.start + (20 if data[header.start] else 12))


def numbers(data: bytes, box: Span, width: Width = "I", *, each: int = 1, at: int = FLAGS) -> array[int]:
    """The rows of a table, of `each` numbers, behind their count, which is at `at` in the box."""
    found = array(width)
    at += box.start
    size = number(data, at) * each * found.itemsize
    if size > box.end - at - 4:
        raise Unusual(at)
    found.frombytes(memoryview(data)[at + 4 : at + 4 + size])
    _swap(found)
    return found


def put(data: bytearray, box: Span, values: array[int]) -> None:
    """In place of a table's rows. Uses the values up."""
    _swap(values)
    at = box.start + FLAGS
    data[at + 4 : at + 4 + len(values) * values.itemsize] = memoryview(values).cast("B")


def _swap(values: array[int]) -> None:
    """Between the order of the file, where the most significant byte is first, and that of the machine."""
    if sys.byteorder == "little":
        values.byteswap()
