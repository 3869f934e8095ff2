"""How long a worker is busy with a text job, before anything of its video is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.settings import READER_MB, WORKER_MB, settings
from chalicelib.text import urls
from chalicelib.text.engines import model_name
from chalicelib.text.request import TextRequest

SUMMARIES: Final = 0.1
"""CPU seconds of all six modes for ten minutes of speech, as `python -m bench effort` measures them."""
FETCHING: Final = 3.0
"""Seconds for a transcript, however long."""
TOKENS_A_MINUTE: Final = 300
"""Of a transcript as a model reads it: 150 words, and the numbers of their lines."""
RULES: Final = 1500
"""Tokens that go with it."""
ANSWER: Final = 500
"""Tokens of each mode."""


def effort(request: Mapping[str, Any], media_seconds: float) -> dict[str, Any]:
    """The modes share nearly all of the work. Of a list, only its own: its videos are not known."""
    asked = TextRequest.from_json(request)
    if urls.parse(asked.url).kind in ("playlist", "channel"):
        return {"least": 1.0, "likely": FETCHING, "memory_mb": READER_MB, "expands": True}
    needed = media_seconds / 600 * SUMMARIES * WORKER_MB / READER_MB
    told: dict[str, Any] = {"least": needed, "likely": needed + FETCHING, "memory_mb": READER_MB}
    if model := model_name(settings()):
        read = round(media_seconds / 60 * TOKENS_A_MINUTE)
        told |= {"model": model, "tokens_in": read + RULES, "tokens_out": ANSWER * len(asked.modes)}
    if asked.speech_to_text and settings().speech:
        told |= {"recogniser": settings().speech, "speech_ms": round(media_seconds * 1000)}
    return told
