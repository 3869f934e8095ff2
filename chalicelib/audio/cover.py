"""The cover of a source, on its way into the result."""

from __future__ import annotations

import base64
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chalicelib.audio import ffmpeg

MOST_BYTES = 20 << 20
_SECONDS = 20.0
_TICK_SECONDS = 0.5
_SIZE = re.compile(rb"(\d{1,4}) (\d{1,4})\n")
_FRONT = 3
"""ID3's number for the front cover."""


@dataclass(frozen=True)
class Cover:
    jpeg: bytes
    width: int
    height: int


def take(path: Path, stream: int, tick: Callable[[float], None]) -> Cover | None:
    """The picture in a stream of `path`, made anew; None if it is no good. ffmpeg only copies its bytes.

    Leaves a file beside `path`.
    """
    raw = path.with_name("picture")
    only = ["-map", f"0:{stream}", "-c:v", "copy", "-frames:v", "1", "-f", "image2pipe", f"file:{raw}"]
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", *only]
    finished = ffmpeg.run(arguments, tick=tick, max_bytes=MOST_BYTES)
    return made_anew(raw.read_bytes(), tick) if finished.returncode == 0 and raw.exists() else None


def made_anew(picture: bytes, tick: Callable[[float], None] = lambda _: None) -> Cover | None:
    """Whatever `tick` raises comes out here."""
    known = os.pathsep.join(path for path in sys.path if path)
    # in Lambda, Python itself is found by the library path
    environment = {"PYTHONPATH": known, "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}
    command = [sys.executable, "-W", "ignore", "-m", "chalicelib.audio.picture"]
    with subprocess.Popen(  # noqa: S603 our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**ffmpeg.ENVIRONMENT, **environment},
        process_group=0,
    ) as process:
        try:
            made = _answer(process, picture, tick)
        finally:
            process.kill()
    size = _SIZE.match(made) if process.returncode == 0 else None
    return Cover(made[size.end() :], int(size[1]), int(size[2])) if size else None


def _answer(process: subprocess.Popen[bytes], picture: bytes, tick: Callable[[float], None]) -> bytes:
    """What it writes until it ends; nothing if that takes too long."""
    end, given = time.monotonic() + _SECONDS, picture
    while time.monotonic() < end:
        try:
            return process.communicate(given, timeout=_TICK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            given = b""  # it has been taken over already
            tick(0.0)
    return b""


def block(cover: Cover) -> str:
    """FLAC's picture block in base64, as Ogg formats have it among their tags."""
    mime = b"image/jpeg"
    head = struct.pack(f">II{len(mime)}sI", _FRONT, len(mime), mime, 0)
    bits, colours = 24, 0
    shape = struct.pack(">IIIII", cover.width, cover.height, bits, colours, len(cover.jpeg))
    return base64.b64encode(head + shape + cover.jpeg).decode()
