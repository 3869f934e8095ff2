"""Of a source on its way, what the sound is made of."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from operator import add

from chalicelib.audio import mp4_track
from chalicelib.audio.child import Feed, Sink
from chalicelib.audio.made import Sound
from chalicelib.audio.source import Download

_BLOCK = 1 << 14
"""Samples at a time: one of them may be a single byte, which takes a hundred times its size."""


def sifted(download: Download, sound: Sound, track: mp4_track.Track | None) -> tuple[Sound, Feed]:
    """What ffmpeg is to be fed, and where in it the sound then is: all of the source, unless
    `track` tells which of its bytes are the sound."""
    # ffmpeg counts from whatever comes first, which beside late sound is the picture
    if not track or not track.pictured or track.late:
        return sound, download.feed
    head = mp4_track.alone(download.head, track)

    def feed(sink: Sink, stop: threading.Event) -> None:
        sink.write(head)
        download.feed(_Sifted(Sieve(track), sink), stop)

    return sound._replace(stream=replace(sound.stream, index=0)), feed


class Sieve:
    """Is given the whole source, piece by piece."""

    def __init__(self, track: mp4_track.Track, headers: Mapping[int, bytes] | None = None) -> None:
        """`headers`: what to put before a sample, by its size."""
        self._starts = track.starts
        self._sizes = track.sizes
        self._headers = headers
        self._at = 0
        self._sample = 0

    @property
    def passed(self) -> int:
        """Samples so far."""
        return self._sample

    def sift(self, data: bytes | bytearray) -> bytes:
        """The next piece's part of the track."""
        first, end = self._sample, bisect_left(self._starts, self._at + len(data), self._sample)
        view = memoryview(data)
        found = b"".join(self._some(view, at, min(at + _BLOCK, end)) for at in range(first, end, _BLOCK))
        self._at += len(data)
        if end > first:
            cut = self._starts[end - 1] + self._sizes[end - 1] > self._at
            self._sample = end - 1 if cut else end
        return found

    def _some(self, data: memoryview, first: int, end: int) -> bytes:
        """Of these samples, what is in the piece."""
        sizes = self._sizes[first:end]
        begins = [start - self._at for start in self._starts[first:end]]
        ends = list(map(add, begins, sizes))
        begun = begins[0] < 0
        begins[0] = max(begins[0], 0)
        samples = map(data.__getitem__, map(slice, begins, ends))
        if self._headers is None:
            return b"".join(samples)
        headers = list(map(self._headers.__getitem__, sizes))
        if begun:
            headers[0] = b""
        return b"".join(chain.from_iterable(zip(headers, samples, strict=True)))


class _Sifted:
    """Hands on what comes through."""

    def __init__(self, sieve: Sieve, sink: Sink) -> None:
        self._sieve = sieve
        self._sink = sink

    def write(self, data: bytes | bytearray) -> int:
        wanted = self._sieve.sift(data)
        self._sink.write(wanted)
        self._sink.skip(len(data) - len(wanted))
        return len(data)
