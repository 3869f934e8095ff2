"""The ffmpeg layer: one static binary as /opt/bin/ffmpeg. `python -m infra.build_layer FILE`.

The binary is the one of an older imageio-ffmpeg wheel: being static it runs on every Lambda runtime, while
the newer one, which the local stack uses, needs a newer C library than python3.11's.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from infra.zips import entry

WHEEL = "imageio-ffmpeg==0.6.0"
MEMBER = "imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v7.0.2"
SHA256 = "e7e7fb30477f717e6f55f9180a70386c62677ef8a4d4d1a5d948f4098aa3eb99"
NOTICE = f"""ffmpeg 7.0.2 (https://ffmpeg.org), the static build of https://johnvansickle.com/ffmpeg/ as it is
distributed in {WHEEL} (https://github.com/imageio/imageio-ffmpeg). It is licensed under the GNU
General Public License, version 3; its source is named at both places. Batchreel runs it as a separate
program.
"""


def build(target: Path) -> int:
    """Write the layer's zip, the same bytes each time; answers its unzipped size in bytes.

    Raises CalledProcessError if the wheel cannot be had, ValueError if it is not the pinned one.
    """
    binary = _binary()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as layer:
        layer.writestr(entry("bin/ffmpeg", executable=True), binary)
        layer.writestr(entry("licenses/ffmpeg.txt"), NOTICE)
    return len(binary)


def _binary() -> bytes:
    with tempfile.TemporaryDirectory(prefix="batchreel-layer-") as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        only = ["--no-deps", "--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--dest", folder]
        subprocess.run([*pip, *only, WHEEL], check=True, stdout=subprocess.DEVNULL, timeout=300)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            binary = archive.read(MEMBER)
    if hashlib.sha256(binary).hexdigest() != SHA256:
        raise ValueError(f"{WHEEL} does not hold the ffmpeg it is pinned for")
    return binary


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
