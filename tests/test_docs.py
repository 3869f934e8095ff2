"""What the documents list is what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib import settings
from chalicelib.audio.presets import BITRATES
from chalicelib.webhooks import schedule

ROOT = Path(__file__).parents[1]
OPERATORS = (ROOT / "docs" / "operators.md").read_text()
API = (ROOT / "docs" / "audio-api.md").read_text()
SET_BY_THE_STACK = {"BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY"}


def source(*folders: str) -> str:
    return "".join(path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_every_setting_is_explained() -> None:
    text = Path(settings.__file__).read_text()
    read = set(re.findall(r'(?:integer|number)\("([A-Z_]+)"', text)) | set(
        re.findall(r'"BATCHREEL_([A-Z_]+)"', text)
    )
    explained = set(re.findall(r"`BATCHREEL_([A-Z_]+)`", OPERATORS))
    assert read - SET_BY_THE_STACK - {"QUEUE_URL_"} <= explained


def test_every_error_code_is_explained() -> None:
    code = source("chalicelib")
    raised = set(re.findall(r'code(?: =|=) ?"([A-Z_]+)"', code)) | set(
        re.findall(r'JobError\(\s*"([A-Z_]+)"', code)
    )
    internal = {"OUTBOUND_FAILED", "LEASE_LOST", "CANCELLED", "JOB_CANCELLED"}
    assert raised
    assert [name for name in sorted(raised - internal) if f"`{name}`" not in API] == []


def test_the_bitrates_are_the_ones_of_the_table() -> None:
    for name, (lowest, highest) in BITRATES.items():
        row = re.search(rf"^\| {name}\b.*$", API, re.MULTILINE)
        assert row
        assert f"{lowest // 1000}k–{highest // 1000}k" in row.group()


def test_the_retry_schedule_is_the_documented_one() -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text()
    assert "5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, each ±20 %" in text
    assert schedule.JITTER == 0.2
    assert "0,5,300,1800,7200,18000,36000,36000" in OPERATORS
