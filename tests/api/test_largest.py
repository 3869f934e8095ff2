"""The largest batch of each API fits into DynamoDB: its jobs into items, all of them into transactions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.api.audio_v1.models import MAX_FILENAME
from chalicelib.api.audio_v1.models import MAX_JOBS as MOST_AUDIO
from chalicelib.api.labels import MAX_PAIRS
from chalicelib.api.urls import MAX_URL
from chalicelib.api.video_v1.fields import MAX_ATTRIBUTION
from chalicelib.api.video_v1.models import MAX_JOBS as MOST_TEXT
from chalicelib.batches.sizes import size
from chalicelib.text.request import MAX_INSTRUCTIONS, MODES
from tests.api.conftest import Api
from tests.batches.transactions_seen import bytes_put, puts, transactions

ITEM = 400 * 1024
TRANSACTION = 4 * 1024 * 1024 - ITEM
"""With a row that is updated on the way."""
METADATA = {f"{number:02}".ljust(64, "😀"): "😀" * 512 for number in range(MAX_PAIRS)}
CONTROL = "\x01"
"""Six bytes of JSON, where the text is kept as such."""


def url(number: int, most: int = MAX_URL) -> str:
    return f"https://example.com/{number:03}/".ljust(most, "😀")


def text_job(number: int) -> dict[str, Any]:
    """Its URL is quoted, and so kept as it was sent as well."""
    attribution = ("service_name", "agent_name", "client_reference")
    return {
        "video_url": f'"{url(number, MAX_URL - 2)}"',
        "summary_modes": list(MODES),
        "webhook_url": url(number),
        "custom_instructions": "a".ljust(MAX_INSTRUCTIONS, CONTROL),
        "custom_id": "😀" * 64,
        "captions_url": url(number),
        "captions_format": "json",
        "options": {"language": "en-" + "-".join(["abcdefgh"] * 3), "max_transcript_length": 100_000_000},
        **dict.fromkeys(attribution, CONTROL * MAX_ATTRIBUTION),
    }


def audio_job(number: int) -> dict[str, Any]:
    return {
        "source": {"type": "url", "url": url(number)},
        "output": {"format": "mp3", "trim": {"start": 1.123, "end": 2.456}},
        "options": {"filename": "😀" * MAX_FILENAME, "webhook": url(number)},
        "custom_id": "😀" * 64,
    }


TEXT = {"jobs": [text_job(n) for n in range(MOST_TEXT)], "webhook_url": url(999), "metadata": METADATA}
AUDIO = {"jobs": [audio_job(n) for n in range(MOST_AUDIO)], "webhook": url(999), "metadata": METADATA}


@pytest.mark.parametrize(
    ("path", "body"), [("/api/v1/batch/process", TEXT), ("/v1/batch", AUDIO)], ids=["text", "audio"]
)
def test_the_largest_batch_fits(api: Api, path: str, body: dict[str, Any]) -> None:
    with transactions() as seen:
        answer = api.post(path, json.dumps(body, ensure_ascii=False).encode())
    assert answer.status in (200, 202), answer.body
    rows = [size(row) for actions in seen for row in puts(actions)]
    assert len(rows) == len(body["jobs"]) + 1
    assert max(rows) < ITEM / 4, "what becomes of a job needs room, too"
    assert max(map(bytes_put, seen)) < TRANSACTION
