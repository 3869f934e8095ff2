"""Zip files that come out the same each time, with the compiled code that a cold start needs."""

from __future__ import annotations

import importlib.util
import marshal
import re
import sys
import zipfile
from pathlib import Path, PurePosixPath

_EPOCH = (2020, 1, 1, 0, 0, 0)
_LEFT_OUT = re.compile(
    r"youtube_transcript_api/test/"  # recorded web pages
    r"|fontTools/.*\.(c|so)$"  # runs as Python, too; what is compiled makes outlines, which a PDF does not
    r"|PIL/_avif|pillow\.libs/libavif"  # a format of pictures: a document here has none
)
"""What libraries bring along that nothing here needs: 27 MB."""
_UNCHECKED_HASH = (1).to_bytes(4, "little")


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
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in wanted(before):
            data = before.read(name)
            after.writestr(entry(name, executable=name.endswith(".so")), data)
            if name.endswith(".py"):
                after.writestr(entry(_cache_name(name)), _compile(name, data))


def wanted(source: zipfile.ZipFile) -> list[str]:
    """Names of what is kept of a deployment zip."""
    return sorted(name for name in source.namelist() if not _LEFT_OUT.match(name))


def unzipped(path: Path) -> int:
    """Bytes of all that is in a zip."""
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _compile(name: str, source: bytes) -> bytes:
    code = compile(source, f"/var/task/{name}", "exec", dont_inherit=True)
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
    return header + marshal.dumps(code)


def _cache_name(name: str) -> str:
    path = PurePosixPath(name)
    tag = sys.implementation.cache_tag
    return str(path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc")
