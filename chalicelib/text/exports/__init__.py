"""A finished text job as a file. The API imports this when an export is asked for, never before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from chalicelib.errors import InvalidRequest
from chalicelib.text.exports.export import Export
from chalicelib.text.exports.names import name
from chalicelib.text.result import Result

__all__ = ["ALIASES", "FORMATS", "Export", "filename", "render"]

FORMATS: Final = ("json", "md", "html", "csv", "txt", "srt", "vtt", "pdf")
ALIASES: Final[Mapping[str, str]] = {"markdown": "md"}

_MODULES: Final[Mapping[str, str]] = {
    "json": "plain_json",
    "md": "markdown",
    "html": "page",
    "csv": "table",
    "txt": "plain_text",
    "srt": "srt",
    "vtt": "vtt",
    "pdf": "pdf",
}


def render(result: Result, format: str, now_iso: str | None = None) -> Export:  # noqa: A002 - the API's own word
    """`now_iso`: when the export is made, told in the formats for reading.

    Raises InvalidRequest for an unknown format.
    """
    module = import_module(f"{__name__}.{_MODULES[_known(format)]}")
    export: Callable[[Result, str | None], Export] = module.export
    return export(result, now_iso)


def filename(result: Result, format: str) -> str:  # noqa: A002
    """Raises InvalidRequest for an unknown format."""
    return name(result.transcript.video, _known(format))


def _known(text: str) -> str:
    wanted = ALIASES.get(text, text)
    if wanted not in FORMATS:
        raise InvalidRequest(f"`format` must be one of {', '.join(FORMATS)}")
    return wanted
