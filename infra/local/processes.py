"""Child processes of the stack: each in its own session with its own temporary folder."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from infra.local.account import ROOT

START_SECONDS = 60
WATCH_SECONDS = 0.1


@dataclass(frozen=True)
class Plan:
    """How children are started; all of one stack share it except for `environment`."""

    app: str
    environment: Mapping[str, str]
    folder: Path
    """Where their temporary folders are made."""
    log: int = 2
    """File descriptor that takes their standard output and error."""


class StartError(Exception):
    """A child ended, or was silent for too long, before it was ready."""


class Child:
    def __init__(self, plan: Plan, module: str, *arguments: str, inherit: tuple[int, ...] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{module.rpartition('.')[2]}-", dir=plan.folder))
        ours, theirs = multiprocessing.Pipe()
        self.connection: Connection[Any, Any] = ours
        command = [sys.executable, "-m", module, str(theirs.fileno()), plan.app, *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**plan.environment, "TMPDIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=plan.log,
            stderr=plan.log,
            pass_fds=(theirs.fileno(), *inherit),
            start_new_session=True,  # its children are killed with it
        )
        theirs.close()
        self._module, self._closed = module, False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def wait_ready(self) -> None:
        try:
            if self.connection.poll(START_SECONDS):
                self.connection.recv()
                return
        except (EOFError, OSError):
            pass
        raise StartError(f"{self._module} did not start; its log says why")

    def interrupt(self) -> None:
        """Ends the process and all it started, without waiting."""
        with suppress(ProcessLookupError):  # nobody of the group is left
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Ends the process and all it started, and removes its temporary folder."""
        if not self._closed:
            self._closed = True
            self.interrupt()
            self._process.wait()
            self.connection.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class Kept:
    """A child that is started again whenever it ends."""

    def __init__(
        self, plan: Plan, module: str, *arguments: str, inherit: tuple[int, ...] = (), greeting: Any = None
    ) -> None:
        def start() -> Child:
            child = Child(plan, module, *arguments, inherit=inherit)
            child.connection.send(greeting)
            return child

        self._start_child, self._stopping = start, threading.Event()
        self.child = start()
        self._thread = threading.Thread(target=self._watch, name=module, daemon=True)
        self._thread.start()

    def wait_ready(self) -> None:
        self.child.wait_ready()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.child.close()

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            if not self.child.alive:
                self.child.close()
                self.child = self._start_child()
