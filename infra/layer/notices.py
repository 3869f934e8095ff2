"""The licences in the layer, and where the source of what is in it is to be had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from infra.layer.pins import FFMPEG, LIBRARIES, LIBRARIES_OF, SOURCES

_GPL: Final = Path(__file__).with_name("gpl-3.0.txt")
_WHEEL: Final = """ffmpeg 7.0.2 (https://ffmpeg.org), the static build of
https://johnvansickle.com/ffmpeg/ as it is distributed in {wheel}
(https://github.com/imageio/imageio-ffmpeg). It is licensed under the GNU General Public License, version 3,
which lies beside this file. Its source is that of ffmpeg 7.0.2 and of the libraries that the second address
lists, and is offered at the first two. Batchreel runs it as a separate program. Who hands this layer on hands
on these files with it, and the source to whoever asks for it.
"""
_SOURCE: Final = """ffmpeg {version} (https://ffmpeg.org), compiled for sound alone from Debian's
source package and linked statically with LAME (LGPL 2), libogg, libvorbis and Opus (BSD), zlib (its own
licence) and the GNU C library (LGPL 2.1). Nothing in it is under the GPL: the whole is licensed under the GNU
Lesser General Public License, version 2.1 or later, which lies beside this file, as do the notices of what is
linked. Batchreel runs it as a separate program.

Its source is that of these packages of Debian, ffmpeg's of {release}, the others' of {older}:

{packages}

    apt-get source {names}

The files of ffmpeg's package, by SHA-256:

{files}

It was configured with

    {options}

and `make package` in Batchreel's repository compiles it again, or a changed one, by the steps in infra/layer.
Who hands this layer on hands on these files with it, and the source to whoever asks for it.
"""
_PACKAGES_OF_THE_C_LIBRARY: Final = {
    "x86_64-linux-gnu": ("libc6-dev", "libc6-dev-amd64-cross"),
    "aarch64-linux-gnu": ("libc6-dev-arm64-cross", "libc6-dev"),
}


def of_wheel(wheel: str) -> dict[str, bytes]:
    return {"ffmpeg.txt": _WHEEL.format(wheel=wheel).encode(), "gpl-3.0.txt": _GPL.read_bytes()}


def of_source(source: Path, root: Path, options: Sequence[str], gnu: str) -> dict[str, bytes]:
    """`source`: the folder of ffmpeg's; `root`: where the libraries are; `gnu`: the compiler's name of the
    architecture."""
    texts = {
        "ffmpeg.txt": _told(options).encode(),
        "lgpl-2.1.txt": (source / "COPYING.LGPLv2.1").read_bytes(),
    }
    for library in LIBRARIES:
        copyright_ = root / "usr" / "share" / "doc" / library.package / "copyright"
        texts[f"{library.source}.txt"] = copyright_.read_bytes()
    return {**texts, **_of_the_c_library(gnu)}


def _told(options: Sequence[str]) -> str:
    return _SOURCE.format(
        version=FFMPEG.version,
        release=SOURCES,
        older=LIBRARIES_OF,
        packages="\n".join(f"    {name} {version}" for name, version in _sources()),
        names=" ".join(f"{name}={version}" for name, version in _sources()),
        files="\n".join(f"    {sha256}  {name}" for name, sha256 in FFMPEG.sha256.items()),
        options=" \\\n    ".join(options),
    )


def _sources() -> Iterator[tuple[str, str]]:
    yield FFMPEG.package, FFMPEG.version
    yield from ((library.source, library.version) for library in LIBRARIES)


def _of_the_c_library(gnu: str) -> Mapping[str, bytes]:
    """It is the compiler's own, so its notice is where the compiler's machine has it."""
    for package in _PACKAGES_OF_THE_C_LIBRARY[gnu]:
        path = Path("/usr/share/doc") / package / "copyright"
        if path.is_file():
            return {"glibc.txt": path.read_bytes()}
    return {}
