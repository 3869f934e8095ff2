"""Is the package whole, and made from what is there now?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.cloudformation import Refused
from infra.local.template import FILES
from infra.package import APPLICATION, ROOT

TEMPLATES = (*(f"infra/{name}.yaml" for name in FILES), "infra/finish.asl.json")
_MADE = ("__pycache__", "deployments", "fonts")
"""Folders that no source is in."""


def package(folder: Path) -> dict[str, Any]:
    """Its template. Raises Refused if something of it is missing, or older than what it was made from."""
    file = folder / "template.json"
    if not file.is_file():
        raise Refused(f"there is no package in {folder}: run `make package` first")
    document: dict[str, Any] = json.loads(file.read_text())
    for zipped in sorted(set(local_files(document))):
        if not (folder / zipped).is_file():
            raise Refused(f"{zipped} is missing in {folder}: run `make package` again")
    newest = max(sources(), key=lambda path: path.stat().st_mtime)
    if newest.stat().st_mtime > file.stat().st_mtime:
        raise Refused(f"{newest.relative_to(ROOT)} is newer than the package: run `make package` again")
    return document


def local_files(document: dict[str, Any]) -> Iterator[str]:
    for resource in document["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                yield resource["Properties"][name]


def sources() -> Iterator[Path]:
    for name in (*APPLICATION, *TEMPLATES):
        path = ROOT / name
        files = path.rglob("*") if path.is_dir() else [path]
        yield from (each for each in files if each.is_file() and not set(_MADE) & set(each.parts))
