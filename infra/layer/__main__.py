"""`python -m infra.layer FILE [--make auto|source|wheel] [--architecture x86_64|arm64]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.settings import ARCHITECTURES
from infra.layer import pack
from infra.layer.debian import NotToBeHad


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.layer", description="Make the ffmpeg layer.")
    parser.add_argument("file", type=Path)
    add_make(parser)
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="x86_64")
    given = parser.parse_args(arguments)
    try:
        print(told(pack.build(given.file, given.make, given.architecture)))
    except NotToBeHad as lack:
        sys.exit(str(lack))


def add_make(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--make", choices=pack.CHOICES, default="auto", help="how to come by ffmpeg")


def told(layer: pack.Layer) -> str:
    made = {"source": "compiled for sound alone", "wheel": "complete, out of a wheel"}[layer.make]
    return f"ffmpeg, {made}: {layer.size / 1e6:.1f} MB unzipped" + (f". {layer.why}" if layer.why else "")


if __name__ == "__main__":
    main()
