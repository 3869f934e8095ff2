"""The JavaScript layer, which YouTube's media need: `python -m infra.build_javascript_layer FILE`.

deno as /opt/bin/deno, and in /opt/python the scripts that yt-dlp runs in it. No part of `make package`: the
operator adds it (docs/operators.md). This deno wants the C library of python3.12's runtime, or a newer one.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.zips import entry


@dataclass(frozen=True)
class Wheel:
    requirement: str
    sha256: str
    platform: str


DENO: Final = Wheel(
    "deno==2.9.8",
    "b1d1318e7deda8efd593aefa8b565a827fe71cf83aeff09d3a5ceb047444ca18",
    "manylinux_2_27_x86_64",
)
SCRIPTS: Final = Wheel(
    "yt-dlp-ejs==0.8.0", "79300e5fca7f937a1eeede11f0456862c1b41107ce1d726871e0207424f4bdb4", "any"
)
"""The version that the pinned yt-dlp asks for."""
BINARY: Final = "deno-2.9.8.data/scripts/deno"
_NOTICES = {
    "deno": "deno-2.9.8.dist-info/licenses/LICENSE",
    "yt-dlp-ejs": "yt_dlp_ejs-0.8.0.dist-info/licenses/LICENSE",
}


def build(target: Path) -> int:
    """Write the layer's zip, the same bytes each time; answers its unzipped size in bytes.

    Raises CalledProcessError if a wheel cannot be had, ValueError if it is not the pinned one.
    """
    size = 0
    packed = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
    with tempfile.TemporaryDirectory(prefix="batchreel-layer-") as folder, packed as layer:
        for name, data in _contents(Path(folder)):
            layer.writestr(entry(name, executable=name.startswith("bin/")), data)
            size += len(data)
    return size


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(_download(DENO, folder)) as deno:
        yield "bin/deno", deno.read(BINARY)
        yield "licenses/deno.txt", deno.read(_NOTICES["deno"])
    with zipfile.ZipFile(_download(SCRIPTS, folder)) as scripts:
        yield "licenses/yt-dlp-ejs.txt", scripts.read(_NOTICES["yt-dlp-ejs"])
        for name in sorted(scripts.namelist()):
            if name.startswith("yt_dlp_ejs/"):
                yield f"python/{name}", scripts.read(name)


def _download(wheel: Wheel, folder: Path) -> Path:
    place = folder / wheel.requirement.partition("=")[0]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    only = ["--only-binary=:all:", "--platform", wheel.platform, "--dest", str(place)]
    subprocess.run([*pip, *only, wheel.requirement], check=True, stdout=subprocess.DEVNULL, timeout=300)
    [path] = place.glob("*.whl")
    if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
        raise ValueError(f"{wheel.requirement} is not the one it is pinned for")
    return path


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
