"""The process that reads one page: its own process group, no credentials, never left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chalicelib.audio import failures
from chalicelib.sites import wire
from chalicelib.sites.wire import Answer, Order

COMMAND: Final = (sys.executable, "-P", "-m", "chalicelib.sites.reader")
_TICK_MS = 500
# what its own settings and its requests need; AWS's variables and our secrets are not among it
_KEPT = (
    *("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *(f"BATCHREEL_{name}" for name in ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS")),
    *(f"BATCHREEL_{name}" for name in ("FINISH_ARN", "KMS_KEY", "DANGEROUS_ALLOW_NETS", "OUTBOUND_PORTS")),
    *(f"BATCHREEL_{name}" for name in ("SOURCE_TIMEOUT", "YOUTUBE_BASE_URL", "YOUTUBE_TIMEOUT")),
)


def environment(folder: Path) -> dict[str, str]:
    """No program can be found by its name; what wants a home has the job's folder."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = {"PATH": "/nonexistent", "HOME": str(folder), "TMPDIR": str(folder)}
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return kept | places | {"PYTHONPATH": path, "LC_ALL": "C.UTF-8", "DENO_NO_UPDATE_CHECK": "1"}


class PageChild:
    """Begins with the order; whatever it has started ends with the `with` block."""

    def __init__(self, order: Order, command: tuple[str, ...] = COMMAND) -> None:
        folder = Path(order.folder)
        self._process = subprocess.Popen(  # noqa: S603 a list, never a shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(folder),
            cwd=folder,
            process_group=0,
        )
        self._order = order

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # not waited for before, so that the group is still its own
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()

    def answers(self, tick: Callable[[], None]) -> Iterator[Answer]:
        """Until the caller has heard enough. `tick` is called at least twice a second; what it raises comes
        out. Raises JobError when the child ends, or says what is no answer."""
        with suppress(BrokenPipeError):  # it has ended, which shows below
            self._write(wire.line_of(self._order))
        rest = b""
        while (data := self._read(tick)) is not None:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                answer = wire.answer_in(line)
                if answer is None:
                    raise failures.reader_broke()
                yield answer
            if len(rest) > wire.MOST_LINE:
                break
        raise failures.reader_broke()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin  # it was asked for
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _read(self, tick: Callable[[], None]) -> bytes | None:
        assert self._process.stdout  # it was asked for
        ready = select.poll()
        ready.register(self._process.stdout, select.POLLIN)
        while True:
            arrived = ready.poll(_TICK_MS)
            tick()
            if arrived:
                return os.read(self._process.stdout.fileno(), 65536) or None
