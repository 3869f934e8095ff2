"""The source, on its way from the web to ffmpeg or to a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from chalicelib import filenames, outbound
from chalicelib.audio import failures, objects
from chalicelib.audio.child import Stopped, Writable
from chalicelib.audio.outlook import Outlook
from chalicelib.audio.progress import Progress
from chalicelib.audio.sniff import sniff
from chalicelib.settings import settings

HEAD_BYTES = 1 << 20
MAX_INDEX_BYTES = 32 << 20
_GRACE_SECONDS = 5.0


class Stream(Protocol):
    """Bytes that arrive from the front to the back."""

    @property
    def length(self) -> int | None:
        """Of all of it, if known."""

    @property
    def received(self) -> int:
        """Bytes so far."""

    def chunks(self) -> Iterator[bytes]:
        """Raises OutboundError, and so what the stream cannot deliver whole."""


class Download:
    """An open source whose head has been read."""

    def __init__(self, name: str, source: Stream, waiting: Waiting, seconds: float | None = None) -> None:
        self.name = name
        self.seconds = seconds
        """As far as its page has told."""
        self.length = source.length
        self._source = source
        self._waiting = waiting
        self._chunks = source.chunks()
        self.head = self._read(HEAD_BYTES)
        self.sniffed = sniff(self.head)
        if HEAD_BYTES < self.sniffed.index_end <= MAX_INDEX_BYTES:
            self.head += self._read(self.sniffed.index_end + HEAD_BYTES - len(self.head))
            self.sniffed = sniff(self.head)

    @property
    def whole(self) -> bool:
        """The head is all there is."""
        return len(self.head) == self.length

    @property
    def received(self) -> int:
        return self._source.received

    @property
    def fraction(self) -> float:
        return self.received / self.length if self.length else 0.0

    def spool(self, path: Path, progress: Progress) -> None:
        """Write all of it to `path`. Raises JobError, and soon if it cannot be here in time."""
        with path.open("wb") as file:
            for chunk in self.all(progress):
                file.write(chunk)

    def all(self, progress: Progress) -> Iterator[bytes]:
        """What `spool` writes, piece by piece. Raises as that does."""
        outlook = Outlook(1.0, progress.deadline, failure=failures.too_slow)
        yield self.head
        with failures.download_failures():
            for chunk in self._chunks:
                yield chunk
                progress.at(self.fraction)
                outlook.check(self.fraction)

    def feed(self, sink: Writable, stop: threading.Event) -> None:
        """Write all of it to `sink`, in another thread than the one that reports."""

        def check() -> None:
            if stop.is_set():
                raise Stopped

        self._waiting.call = check
        sink.write(self.head)
        with failures.download_failures():
            for chunk in self._chunks:
                try:
                    sink.write(chunk)
                except BrokenPipeError:
                    return

    def _read(self, size: int) -> bytes:
        # not a list of chunks: a host may send each byte on its own
        data = bytearray()
        while len(data) < size and (chunk := next(self._chunks, b"")):
            data += chunk
            self._waiting()
        return bytes(data)


class Waiting:
    """What to do now and then while the source arrives; it changes when the feeding thread takes over."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call

    def __call__(self) -> None:
        self.call()


@contextmanager
def open_download(
    url: str,
    progress: Progress,
    *,
    headers: Mapping[str, str] | None = None,
    name: str | None = None,
    seconds: float | None = None,
) -> Iterator[Download]:
    """Raises JobError DOWNLOAD_FAILED, UPLOAD_EXPIRED or TOO_LARGE."""
    waiting = Waiting(progress.still)
    # a little later than the job's own limit, which is the better explanation
    deadline = progress.deadline + _GRACE_SECONDS
    opened: AbstractContextManager[Stream]
    if objects.knows(url):
        opened = objects.open_object(url, deadline, waiting)
    else:
        opened = _from_web(url, deadline, waiting, headers)
    with failures.download_failures(), opened as source:
        yield Download(name or name_of(url), source, waiting, seconds)


@contextmanager
def _from_web(
    url: str, deadline: float, waiting: Waiting, headers: Mapping[str, str] | None = None
) -> Iterator[Stream]:
    most = settings().source_max_bytes
    with outbound.open_source(
        url, deadline=deadline, headers=headers, max_bytes=most, tick=waiting
    ) as source:
        if source.status != 200:
            raise failures.from_status(source.status)
        if source.compression:
            raise failures.compressed(source.compression)
        with closing(outbound.Ranged(source)) as stream:
            yield stream


def name_of(url: str) -> str:
    """The last part of the URL's path as a file name; "" if there is none."""
    path = objects.path_of(url) if objects.knows(url) else unquote(urlsplit(url).path)
    return safe_name(path.rstrip("/").rpartition("/")[2])


def safe_name(text: str) -> str:
    """As a part of a file's name; may be ""."""
    return filenames.safe(text).strip(" .")[:150]
