"""The ffmpeg layer: the pinned package's binary as /opt/bin/ffmpeg. `python -m infra.build_layer FILE`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import imageio_ffmpeg

from infra.zips import entry

NOTICE = f"""ffmpeg, https://ffmpeg.org, as built for and distributed in imageio-ffmpeg
{imageio_ffmpeg.__version__} (https://github.com/imageio/imageio-ffmpeg). This build is licensed under the GNU
General Public License, version 3; its source is named there. Batchreel runs it as a separate program.
"""


def build(target: Path) -> int:
    """Writes the layer's zip, the same bytes each time; answers its unzipped size in bytes."""
    binary = Path(imageio_ffmpeg.get_ffmpeg_exe()).read_bytes()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as layer:
        layer.writestr(entry("bin/ffmpeg", executable=True), binary)
        layer.writestr(entry("licenses/ffmpeg.txt"), NOTICE)
    return len(binary)


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
