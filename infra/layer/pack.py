"""The layer's zip: ffmpeg as /opt/bin/ffmpeg, and its licences."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from chalicelib.settings import Architecture
from infra.layer import source, wheel
from infra.layer.debian import NotToBeHad
from infra.layer.made import Made, Make
from infra.zips import entry

Choice = Literal["auto", "source", "wheel"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)


@dataclass(frozen=True)
class Layer:
    make: Make
    size: int
    """Bytes, unzipped."""
    why: str = ""
    """Why it is not compiled; empty if it is, or if nobody wanted it to be."""


def build(target: Path, choice: Choice = "auto", architecture: Architecture = "x86_64") -> Layer:
    """Write the layer's zip; the same binary makes the same bytes.

    `auto` compiles where it can, and else takes the wheel. Raises NotToBeHad for `source` where it cannot;
    CalledProcessError and ValueError as `wheel.build` does.
    """
    made, why = _made(choice, architecture)
    size = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as layer:
        for name, data in _contents(made):
            layer.writestr(entry(name, executable=name.startswith("bin/")), data)
            size += len(data)
    return Layer(made.make, size, why)


def _made(choice: Choice, architecture: Architecture) -> tuple[Made, str]:
    if choice == "wheel":
        return wheel.build(architecture), ""
    try:
        return source.build(architecture), ""
    except NotToBeHad as lack:
        if choice == "source":
            raise
        return wheel.build(architecture), str(lack)


def _contents(made: Made) -> Iterator[tuple[str, bytes]]:
    yield "bin/ffmpeg", made.binary
    yield from ((f"licenses/{name}", text) for name, text in sorted(made.licenses.items()))
