"""Of a source on its way into ffmpeg, what the sound is made of."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import replace

from chalicelib.audio import mp4_track
from chalicelib.audio.child import Feed, Sink
from chalicelib.audio.made import Sound
from chalicelib.audio.source import Download


def sifted(download: Download, sound: Sound, track: mp4_track.Track | None) -> tuple[Sound, Feed]:
    """What ffmpeg is to be fed, and where in it the sound then is: all of the source, unless
    `track` tells which of its bytes are the sound."""
    # ffmpeg counts from whatever comes first, which beside late sound is the picture
    if not track or not track.pictured or track.late:
        return sound, download.feed
    head = mp4_track.alone(download.head, track)

    def feed(sink: Sink, stop: threading.Event) -> None:
        download.feed(Sieve(track, sink, head), stop)

    return sound._replace(stream=replace(sound.stream, index=0)), feed


class Sieve:
    """Is given the whole source, and hands on one track of it, behind a head of its own."""

    def __init__(self, track: mp4_track.Track, sink: Sink, head: bytes = b"") -> None:
        self._sink = sink
        self._track = track
        self._head = head
        self._at = 0
        self._chunk = 0

    def write(self, data: bytes) -> int:
        wanted = self._head + self._wanted(memoryview(data))
        self._head = b""
        if wanted:
            self._sink.write(wanted)
        self._sink.skip(len(data) - len(wanted))
        return len(data)

    def skip(self, size: int) -> None:
        self._at += size

    def _wanted(self, data: memoryview) -> bytes:
        starts, sizes = self._track.starts, self._track.sizes
        at, self._at = self._at, self._at + len(data)
        first, end = self._chunk, bisect_left(starts, self._at, self._chunk)
        chunks = zip(starts[first:end], sizes[first:end], strict=True)
        parts = [data[max(start - at, 0) : start - at + size] for start, size in chunks]
        cut = end > first and starts[end - 1] + sizes[end - 1] > self._at
        self._chunk = end - 1 if cut else end
        return b"".join(parts)
