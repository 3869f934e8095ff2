"""Programs in ffmpeg's place: one that writes down how it was started, one that never ends."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

# limits are set on a process that already runs: it waits until it sees the last of them
_SCRIPT = """#!{python} -I
import json, os, resource, sys
names = ("CPU", "DATA", "NOFILE", "CORE", "FSIZE")
def limits():
    return {{name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}}
while sys.argv[1:] != ["-version"] and limits()["NOFILE"][0] != 64:
    pass
seen = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "limits": limits(),
         "pid": os.getpid(), "group": os.getpgrp(), "session": os.getsid(0)}}
with open({log!r}, "a") as log:
    log.write(json.dumps(seen) + "\\n")
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""

_STUCK = """#!{python} -I
import os, re, signal, sys
if re.search({when!r}, " ".join(sys.argv[1:])):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.fork()
    if child:
        with open({mark!r} + ".new", "w") as mark:
            mark.write(f"{{os.getpid()}} {{child}}")
        os.rename({mark!r} + ".new", {mark!r})
    while True:
        signal.pause()
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Started:
    arguments: list[str]
    environment: dict[str, str]
    limits: dict[str, list[int]]
    """Soft and hard, by name."""
    pid: int
    group: int
    session: int


class Recorder:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "ffmpeg"
        self._log = folder / "started.jsonl"
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
        self.path.write_text(_SCRIPT.format(python=sys.executable, log=str(self._log), ffmpeg=ffmpeg))
        self.path.chmod(0o755)

    def started(self) -> list[Started]:
        """Without the question for its version."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        found = [Started(**json.loads(line)) for line in lines]
        return [one for one in found if one.arguments != ["-version"]]


class Stuck:
    """An ffmpeg that hangs, with a child of its own, where its arguments match `when`."""

    def __init__(self, folder: Path, when: str) -> None:
        self.path = folder / "ffmpeg"
        self._mark = folder / "stuck"
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
        text = _STUCK.format(python=sys.executable, when=when, mark=str(self._mark), ffmpeg=ffmpeg)
        self.path.write_text(text)
        self.path.chmod(0o755)

    def pids(self) -> list[int]:
        """Of both, once it hangs."""
        return [int(pid) for pid in self._mark.read_text().split()] if self._mark.exists() else []
