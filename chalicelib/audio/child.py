"""One ffmpeg process and its three pipes, never left behind."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol, Self

from chalicelib.audio import failures
from chalicelib.audio.limits import Limits

STALL_SECONDS = 60.0
_FEEDER_SECONDS = 5.0
LEVEL = re.compile(r"^(?:\[[^\]]*@[^\]]*\] )*\[(\w+)\] ")
"""In front of each message. What only looks like one behind it is a tag of the source."""
_COMPLAINTS = {"warning", "error", "fatal", "panic"}
# the fence around video decoders is reported as an error; and what the muxer mends is no damage
_HARMLESS = re.compile(
    r"not on whitelist|avformat_find_stream_info|monotonically increasing dts|\[(out|aost)#|\[SWR @"
)


class Stopped(Exception):
    """Raised by a feed whose event has been set."""


class Writable(Protocol):
    def write(self, data: bytes | bytearray) -> int: ...


class Sink(Writable, Protocol):
    def skip(self, size: int) -> None:
        """So many bytes of the source have come that ffmpeg has no need of."""


Feed = Callable[[Sink, threading.Event], None]
"""Writes the source into ffmpeg's stdin until done or until the event is set."""


@dataclass(frozen=True)
class Finished:
    returncode: int
    seconds: float
    """Of media written."""
    text: str
    """What the log has kept of stderr."""
    errors: int
    """Lines about packets that could not be read or decoded."""

    @property
    def complaints(self) -> str:
        """Of `text`, what ffmpeg says by itself: what it tells of the source may say anything."""
        levels = ((line, LEVEL.match(line)) for line in self.text.splitlines())
        return "\n".join(line for line, level in levels if level and level[1] in _COMPLAINTS)


class Tail:
    """The last lines of stderr."""

    def __init__(self, count: int) -> None:
        self._lines: deque[str] = deque(maxlen=count)

    def add(self, line: str) -> None:
        self._lines.append(line)

    @property
    def text(self) -> str:
        return "\n".join(self._lines)


class Child:
    def __init__(
        self,
        command: list[str],
        feed: Feed | None,
        environment: Mapping[str, str],
        limits: Limits,
        log: Tail,
    ) -> None:
        # a group of its own, that all of it can be killed; but no session, by which whoever ends the worker
        # finds it. Should the worker alone be killed, ffmpeg ends with its input if we fed it, and else at
        # the end of its work or of its processor time; the next job removes what it wrote.
        self._process = subprocess.Popen(  # noqa: S603 a list, never a shell; names are prefixed with file:
            command,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            process_group=0,
        )
        try:
            limits.impose(self._process.pid)
        except BaseException:
            with self._process:  # which waits for it and closes its pipes
                self._process.kill()
            raise
        self._log = log
        self._errors = 0
        self.seconds = 0.0
        self._advanced = time.monotonic()
        self._feeder = _Feeder(feed, self._process.stdin) if feed and self._process.stdin else None
        self._selector = selectors.DefaultSelector()
        for pipe, take in (
            (self._process.stdout, self._progress_line),
            (self._process.stderr, self._log_line),
        ):
            assert pipe is not None  # both were asked for
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, _Lines(pipe, take))

    def __enter__(self) -> Self:
        if self._feeder:
            self._feeder.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._feeder:
            self._feeder.stop.set()
        if self._process.poll() is None:  # not waited for, so the number is still its own
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._feeder:
            # it hears of the stop within a second; should it not, its source is closed under it
            self._feeder.join(_FEEDER_SECONDS)
        self._selector.close()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def watch(self) -> None:
        """From now on it has to advance: what it wrote before has not been read."""
        self._advanced = time.monotonic()

    def listen(self) -> bool:
        """Take what has been written within half a second; False when both pipes are closed."""
        for key, _ in self._selector.select(0.5):
            if not key.data.read():
                self._selector.unregister(key.fileobj)
        if self._feeder:
            self._feeder.raise_error()
        return bool(self._selector.get_map())

    def check_advance(self) -> None:
        if self._feeder and self._feeder.advanced():
            self._advanced = time.monotonic()
        if time.monotonic() - self._advanced > STALL_SECONDS:
            raise failures.timeout(f"The encoder made no progress for {STALL_SECONDS:.0f} s.")

    def finished(self) -> Finished:
        returncode = self._process.wait()
        if self._feeder:
            # a source that broke off did so before ffmpeg could see its end; what comes later, ffmpeg
            # did not wait for
            self._feeder.raise_error()
        return Finished(returncode, self.seconds, self._log.text, self._errors)

    def _progress_line(self, line: str) -> None:
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().isdigit():
            seconds = int(value) / 1e6
            if seconds > self.seconds:
                self.seconds, self._advanced = seconds, time.monotonic()

    def _log_line(self, line: str) -> None:
        self._log.add(line[:400])
        level = LEVEL.match(line)
        if level and level[1] == "error" and not _HARMLESS.search(line):
            self._errors += 1


class _Lines:
    """Whole lines out of a non-blocking pipe."""

    def __init__(self, pipe: IO[bytes], take: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._take = take
        self._rest = b""

    def read(self) -> bool:
        data = os.read(self._pipe.fileno(), 65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data and self._rest:
            lines.append(self._rest)
        for line in lines:
            self._take(line.decode("utf-8", "replace"))
        self._rest = self._rest[-65536:]
        return bool(data)


class _Feeder(threading.Thread):
    """Writes the source into ffmpeg while the main thread watches."""

    def __init__(self, feed: Feed, pipe: IO[bytes]) -> None:
        super().__init__(name="ffmpeg-feeder", daemon=True)
        self.stop = threading.Event()
        self._feed = feed
        self._pipe = _Counted(pipe)
        self._seen = 0
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._feed(self._pipe, self.stop)
        except (BrokenPipeError, Stopped):
            pass  # ffmpeg has read all it wants; its return code tells whether that is well
        except BaseException as error:  # handed to the main thread
            self._error = error
        finally:
            with suppress(BrokenPipeError):
                self._pipe.close()

    def advanced(self) -> bool:
        before, self._seen = self._seen, self._pipe.taken
        return self._seen > before

    def raise_error(self) -> None:
        if self._error:
            raise self._error


class _Counted:
    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self.taken = 0

    def write(self, data: bytes | bytearray) -> int:
        self._pipe.write(data)
        self.taken += len(data)
        return len(data)

    def skip(self, size: int) -> None:
        self.taken += size

    def close(self) -> None:
        self._pipe.close()
