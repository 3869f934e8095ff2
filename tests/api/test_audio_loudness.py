from __future__ import annotations

from typing import Any

import pytest

from chalicelib.batches import ids, store
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body


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
        ({"targetLoudness": True, "normalize": True}, "must be a number"),
    ],
)
def test_a_target_that_cannot_be_aimed_at_is_refused(api: Api, more: dict[str, Any], why: str) -> None:
    answer = api.post("/v1/extract", extract_body(output={"format": "mp3", **more}))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_OUTPUT")
    assert answer.error["message"].startswith("output.targetLoudness: ")
    assert why in answer.error["message"]


def test_what_was_reached_is_told(api: Api) -> None:
    job_id = api.post("/v1/extract", extract_body()).json["data"]["jobId"]
    reached = {
        "input_lufs": -25.2,
        "output_lufs": -16.1,
        "target_lufs": -16.0,
        "gain_db": 9.2,
        "limited": True,
    }
    completed(job_id, loudness=reached)
    shown = api.get(f"/v1/status/{job_id}").json["data"]["outputFile"]["loudness"]
    assert shown == {"input": -25.2, "output": -16.1, "target": -16.0, "gain": 9.2, "limited": True}
