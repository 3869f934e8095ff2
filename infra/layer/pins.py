"""What the audio-only ffmpeg is made of: packages of Debian's, pinned by version and SHA-256."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.settings import Architecture


@dataclass(frozen=True)
class Platform:
    debian: str
    """Debian's name of the architecture."""
    gnu: str
    """In the names of compilers and folders."""
    configure: str
    """ffmpeg's name of it."""


PLATFORMS: Final[Mapping[Architecture, Platform]] = {
    "x86_64": Platform("amd64", "x86_64-linux-gnu", "x86_64"),
    "arm64": Platform("arm64", "aarch64-linux-gnu", "aarch64"),
}

SOURCES: Final = "trixie"
"""The release of Debian whose ffmpeg it is."""
LIBRARIES_OF: Final = "bookworm"
"""An older one: a static library must not ask for what the C library of this machine has not yet."""
VERSION: Final = "7.1.5"


@dataclass(frozen=True)
class Source:
    package: str
    version: str
    sha256: Mapping[str, str]
    """By the name of the file."""


@dataclass(frozen=True)
class Binary:
    package: str
    version: str
    source: str
    """Package that it is built from."""
    sha256: Mapping[str, str]
    """By Debian's architecture."""


FFMPEG: Final = Source(
    "ffmpeg",
    "7:7.1.5-0+deb13u1",
    {
        "ffmpeg_7.1.5-0+deb13u1.dsc": "9ed2ed34cbe7f056eeebbe9045c5e2d15e41b5b053fe7c8ba6979a0b6fb081ce",
        "ffmpeg_7.1.5.orig.tar.xz": "de668509caf9e35e3cd162473441fdb29538c6d96ed080292b3cf9e6fc5d558f",
        "ffmpeg_7.1.5-0+deb13u1.debian.tar.xz": (
            "a1be51d8a10744952fe94fa318bf71bbc8074bed0951382c079ab7ef227f74ef"
        ),
    },
)
LAME: Final = Binary(
    "libmp3lame-dev",
    "3.100-6",
    "lame",
    {
        "amd64": "c763b7e1b6749d76655efc79c37dd231b6ae7ad57e0a732ebfe02689f699d923",
        "arm64": "d4e13e37322a78ff8f906184f3ec2564239df388f1a1bb0d39a657ad92a821bd",
    },
)
OGG: Final = Binary(
    "libogg-dev",
    "1.3.5-3",
    "libogg",
    {
        "amd64": "ece2ef4d087d27b77b6c1a240efdb8b32dc2d19f69f7ce7fbb184c83a132d49c",
        "arm64": "06a487dd3580ae64134c3a8d3205d5acfff5a749afb165caa6d1bf647304df3d",
    },
)
OPUS: Final = Binary(
    "libopus-dev",
    "1.3.1-3",
    "opus",
    {
        "amd64": "4a9363b819862147bfb465ea5008968eda535605daff901a31d14da1d2c96fa0",
        "arm64": "2d55c5f4a0e965f6bd71ed1bb6951ec477b996f65b3830930fe04f2b2fbe6dd7",
    },
)
VORBIS: Final = Binary(
    "libvorbis-dev",
    "1.3.7-1",
    "libvorbis",
    {
        "amd64": "2be095b51700abae4ad89b81560bfa65240745275e0ef6474ab1de857cfeea92",
        "arm64": "a00926ab6e347a52be6b07e65354d9b7f11eab6f65575f8bb7353cc60dd8c8b0",
    },
)
ZLIB: Final = Binary(
    "zlib1g-dev",
    "1:1.2.13.dfsg-1",
    "zlib",
    {
        "amd64": "f9ce531f60cbd5df37996af9370e0171be96902a17ec2bdbd8d62038c354094f",
        "arm64": "afb60f0bae432f2f0edfe2d674e99c1a13a147c9aa2b52f2f23e3df19ece76f5",
    },
)
LIBRARIES: Final = (LAME, OGG, OPUS, VORBIS, ZLIB)
"""Each with its static library."""
NASM: Final = Binary(
    "nasm",
    "2.16.01-1",
    "nasm",
    {"amd64": "0180693ad5d2da8b36e7d73b9b596dc3e9f900238e3de699976c0576875b878f"},
)
"""Assembles what is written for x86_64; runs on this machine."""
