"""Zip files that come out the same each time, with the compiled code that a cold start needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

_EPOCH = (2020, 1, 1, 0, 0, 0)
_LEFT_OUT = re.compile(
    r"youtube_transcript_api/test/"  # recorded web pages
    r"|fontTools/.*\.(c|so)$"  # runs as Python, too; what is compiled makes outlines, which a PDF does not
    r"|PIL/_avif|pillow\.libs/libavif"  # a format of pictures: a document here has none
)
"""What libraries bring along that nothing here needs: 27 MB."""


def entry(name: str, *, executable: bool = False) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 3  # unix, so that the mode counts
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def add_compiled(source: Path, target: Path) -> None:
    """Copy a deployment zip, adding a .pyc for each .py, without what only tests need.

    Lambda's disk is read-only, so without them each cold start compiles everything again. They are
    never checked against the source: the zip is never edited in place.
    """
    scratch = tempfile.TemporaryDirectory(prefix="batchreel-compiled-")
    packed = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
    with scratch as folder, zipfile.ZipFile(source) as before, packed as after:
        names = wanted(before)
        before.extractall(folder, [name for name in names if name.endswith(".py")])
        _compile(folder)
        for name in names:
            after.writestr(entry(name, executable=name.endswith(".so")), before.read(name))
            if name.endswith(".py"):
                after.writestr(entry(_cache_name(name)), (Path(folder) / _cache_name(name)).read_bytes())


def wanted(source: zipfile.ZipFile) -> list[str]:
    """Names of what is kept of a deployment zip."""
    return sorted(name for name in source.namelist() if not _LEFT_OUT.match(name))


def unzipped(path: Path) -> int:
    """Bytes of all that is in a zip."""
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _compile(folder: str) -> None:
    """By a Python of its own: what comes out depends on the texts that its process knows from elsewhere."""
    command = [sys.executable, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, "-s", folder, "-p", "/var/task", folder], check=True)


def _cache_name(name: str) -> str:
    path = PurePosixPath(name)
    tag = sys.implementation.cache_tag
    return str(path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc")
