"""The complete ffmpeg out of an older imageio-ffmpeg wheel: static, so it runs on every Lambda runtime.

The newer one, which the local stack uses, needs a newer C library than python3.11's runtime has.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.settings import Architecture
from infra.layer import notices
from infra.layer.made import Made


@dataclass(frozen=True)
class Member:
    platform: str
    path: str
    sha256: str


WHEEL: Final = "imageio-ffmpeg==0.6.0"
MEMBERS: Final[Mapping[Architecture, Member]] = {
    "x86_64": Member(
        "manylinux2014_x86_64",
        "imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v7.0.2",
        "e7e7fb30477f717e6f55f9180a70386c62677ef8a4d4d1a5d948f4098aa3eb99",
    ),
    "arm64": Member(
        "manylinux2014_aarch64",
        "imageio_ffmpeg/binaries/ffmpeg-linux-aarch64-v7.0.2",
        "6bb182d0d75d23028db82e9e4f723ca69b853d055698486e6984ddb2c06fb8ce",
    ),
}


def build(architecture: Architecture) -> Made:
    """Raises CalledProcessError if the wheel cannot be had, ValueError if it is not the pinned one."""
    return Made("wheel", _binary(MEMBERS[architecture]), notices.of_wheel(WHEEL))


def _binary(member: Member) -> bytes:
    with tempfile.TemporaryDirectory(prefix="batchreel-layer-") as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        only = ["--no-deps", "--only-binary=:all:", "--platform", member.platform, "--dest", folder]
        subprocess.run([*pip, *only, WHEEL], check=True, stdout=subprocess.DEVNULL, timeout=300)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            binary = archive.read(member.path)
    if hashlib.sha256(binary).hexdigest() != member.sha256:
        raise ValueError(f"{WHEEL} does not hold the ffmpeg it is pinned for")
    return binary
