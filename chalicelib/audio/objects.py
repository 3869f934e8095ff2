"""A source that lies in S3: read in parts, a few of them ahead, and all of the same object."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TypeVar

from chalicelib.audio import buckets, inbox, s3_errors
from chalicelib.audio.buckets import Location
from chalicelib.audio.s3_object import Explain, S3Object
from chalicelib.errors import OutboundError
from chalicelib.settings import settings

PART_BYTES = 8 << 20
AHEAD = 4
"""Parts under way or waiting for the reader; the memory this takes is one more."""
_CHUNK_BYTES = 1 << 18
_TICK_SECONDS = 1.0

T = TypeVar("T")


def knows(url: str) -> bool:
    return url.startswith((buckets.SCHEME, inbox.SCHEME))


def path_of(url: str) -> str:
    """What of the URL may end in a file name."""
    return inbox.name_in(url) if url.startswith(inbox.SCHEME) else url.removeprefix(buckets.SCHEME)


@contextmanager
def open_object(url: str, deadline: float, tick: Callable[[], None]) -> Iterator[S3Stream]:
    """An object by its `s3://` or `upload:` URL. `deadline` (time.monotonic()) and `tick` are as in
    outbound.open_source. Raises JobError, and OutboundError as that does."""
    stream = S3Stream(*_resolved(url), deadline, tick)
    try:
        stream.open()
        yield stream
    finally:
        stream.close()


def _resolved(url: str) -> tuple[Location, Explain]:
    if url.startswith(inbox.SCHEME):
        return Location(settings().bucket, inbox.object_key(url)), s3_errors.upload_failed
    place = buckets.source(url)
    return place, partial(s3_errors.source_failed, place=place)


class S3Stream:
    def __init__(self, place: Location, explain: Explain, deadline: float, tick: Callable[[], None]) -> None:
        self.received = 0
        self._object = S3Object(place, explain)
        self._deadline = deadline
        self._tick = tick
        self._pool = ThreadPoolExecutor(AHEAD, "s3-source")

    @property
    def length(self) -> int:
        return self._object.length

    def open(self) -> None:
        self._wait_for(self._pool.submit(self._object.open))

    def close(self) -> None:
        # while S3 is silent its threads cannot be stopped; they are left behind, and end by their time limits
        self._object.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def chunks(self) -> Iterator[bytes]:
        starts = iter(range(0, self.length, PART_BYTES))
        parts = deque(self._ask_for(first) for first in islice(starts, AHEAD))
        while parts:
            part = memoryview(self._wait_for(parts.popleft()))
            parts.extend(self._ask_for(first) for first in islice(starts, 1))
            for at in range(0, len(part), _CHUNK_BYTES):
                chunk = bytes(part[at : at + _CHUNK_BYTES])
                self.received += len(chunk)
                yield chunk

    def _ask_for(self, first: int) -> Future[bytearray]:
        last = min(first + PART_BYTES, self.length) - 1
        return self._pool.submit(self._object.part, first, last)

    def _wait_for(self, future: Future[T]) -> T:
        asked = time.monotonic()
        while not wait([future], _TICK_SECONDS).done:
            self._tick()
            now = time.monotonic()
            silent = now - max(asked, self._object.last_byte)
            if now >= self._deadline or silent > settings().source_timeout:
                raise OutboundError("S3 took too long to answer.", retryable=True, timed_out=True)
        self._tick()  # a bucket that is always ahead of us never makes us wait
        return future.result()
