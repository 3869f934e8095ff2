from __future__ import annotations

from typing import Any

import pytest

from chalicelib.batches import ids, store
from tests.api.conftest import Api
from tests.api.jobs import extract_body


def test_a_target_reaches_the_job(api: Api) -> None:
    output = {"format": "mp3", "normalize": True, "targetLoudness": -14}
    answer = api.post("/v1/extract", extract_body(output=output))
    address = ids.parse(answer.json["data"]["jobId"])
    assert address
    job = store.get_job(*address)
    assert job
    assert job.request["target_lufs"] == -14


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"targetLoudness": -14}, "is what normalize aims at: send normalize: true with it"),
        ({"targetLoudness": -14, "normalize": False}, "send normalize: true with it"),
        ({"targetLoudness": -50.5, "normalize": True}, "must be at least -50"),
        ({"targetLoudness": 0, "normalize": True}, "must be at most -5"),
        ({"targetLoudness": True, "normalize": True}, "valid number"),
    ],
)
def test_a_target_that_cannot_be_aimed_at_is_refused(api: Api, more: dict[str, Any], why: str) -> None:
    answer = api.post("/v1/extract", extract_body(output={"format": "mp3", **more}))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_OUTPUT")
    assert answer.error["message"].startswith("output.targetLoudness: ")
    assert why in answer.error["message"]
