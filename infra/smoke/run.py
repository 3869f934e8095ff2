"""One run: its steps as they are printed, the waiting, and what has to be deleted in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from infra.smoke.service import Service, Unexpected

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
PROCESSING: Final = "processing"
"""Of a batch that has not ended, on both APIs."""


class StepFailed(Exception):
    """It has been printed; what needs it cannot go on."""


@dataclass(frozen=True)
class Made:
    """A batch, by the paths that say how it is, cancel it and delete it."""

    id: str
    status: str
    cancel: str
    delete: str


@dataclass
class Run:
    service: Service
    timeout: float
    """Seconds that a batch may take."""
    failed: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, look: str) -> Iterator[list[str]]:
        """Prints how it went; yields a list for remarks on what was found. Raises StepFailed."""
        remarks: list[str] = []
        started = time.monotonic()
        try:
            yield remarks
        except Unexpected as error:
            self.failed.append(name)
            self._line("failed", name, started)
            for label, words in (("expected", error.expected), ("came", error.came), ("look at", look)):
                print(f"        {label:9}{self.service.redacted(words)}")
            raise StepFailed(name) from error
        self._line("ok", name, started, ", ".join(remarks))

    def until(self, what: str, look: Callable[[], str], waiting: str, seconds: float | None = None) -> str:
        """What `look` tells once that is not `waiting`. Raises Unexpected after so long, or the time-out."""
        seconds = self.timeout if seconds is None else seconds
        end = time.monotonic() + seconds
        pause = _FIRST_PAUSE
        while (found := look()) == waiting:
            left = end - time.monotonic()
            if left <= 0:
                raise Unexpected(f"{what} within {seconds:g} s", f"still {found}")
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        return found

    def _line(self, verdict: str, name: str, started: float, remarks: str = "") -> None:
        print(f"{verdict:8}{name:16}{time.monotonic() - started:7.1f} s  {remarks}".rstrip(), flush=True)
