"""What a source is asked for, as a job asks."""

from __future__ import annotations

from typing import Any

from chalicelib.text.request import TextRequest
from chalicelib.text.sources.source import Wanted
from chalicelib.text.urls import parse
from tests.text.tasks import QuietTask

VIDEO_ID = "dQw4w9WgXcQ"


def wanted(url: str = VIDEO_ID, **request: Any) -> Wanted:
    target = parse(url)
    return Wanted(TextRequest(url=target.url, **request), target, QuietTask())
