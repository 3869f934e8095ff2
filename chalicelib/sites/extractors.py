"""Which of yt-dlp's extractors may be asked. Imports yt_dlp."""

from __future__ import annotations

from functools import cache
from typing import Any

import yt_dlp.globals
from yt_dlp.extractor import gen_extractor_classes

yt_dlp.globals.plugin_dirs.value = []

_START_PROGRAMS = {"douyutv", "iqiyi", "pornhub"}
"""Modules of extractors that start PhantomJS."""


def knows(url: str) -> bool:
    """Whether one of the sites' extractors takes such URLs. No network."""
    if not url.startswith(("http://", "https://")) or is_smuggled(url):
        return False
    return any(extractor.suitable(url) for extractor in site_extractors())


def is_smuggled(url: str) -> bool:
    """Whether it holds instructions that yt-dlp's extractors give each other."""
    return "__youtubedl_smuggle" in url


@cache
def site_extractors() -> tuple[Any, ...]:
    """Of one site each; without the generic one, which reads any page, and YouTube's, which have a proxy."""
    return tuple(
        extractor
        for extractor in gen_extractor_classes()
        if extractor._ENABLED
        and not extractor.IE_NAME.lower().startswith(("generic", "youtube"))
        and module_of(extractor) not in _START_PROGRAMS
    )


@cache
def page_extractors() -> tuple[Any, ...]:
    """The sites' and, after them, the one that looks for media in any page."""
    generic = (each for each in gen_extractor_classes() if each.IE_NAME.lower() == "generic")
    return (*site_extractors(), *generic)


@cache
def youtube_extractors() -> tuple[Any, ...]:
    return tuple(
        extractor for extractor in gen_extractor_classes() if extractor.IE_NAME.lower().startswith("youtube")
    )


def module_of(extractor: Any) -> str:
    """The last part of its name; yt-dlp loads most modules only when their site is asked."""
    name: str = getattr(extractor, "_module", extractor.__module__)
    return name.rpartition(".")[2]
