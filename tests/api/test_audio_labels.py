"""The caller's own names, on the audio API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.api.events import render
from chalicelib.batches import store
from tests.api.conftest import Api
from tests.api.jobs import completed, extract_body


@pytest.mark.parametrize("name", ["customId", "custom_id"])
def test_a_custom_id_is_echoed_under_the_name_it_was_sent_with(api: Api, name: str) -> None:
    body = {"jobs": [extract_body(**{name: "mine"}), extract_body()], "metadata": {"a": "b"}}
    data = api.post("/v1/batch", body).json["data"]
    assert [job.get(name) for job in data["jobs"]] == ["mine", None]
    first, second = (api.get(f"/v1/status/{job['jobId']}").json["data"] for job in data["jobs"])
    assert (first[name], first["metadata"]) == ("mine", {"a": "b"})
    assert "customId" not in second
    assert set(first["options"]) == {"filename", "webhook", "priority"}
    shown = api.get(f"/v1/batch/{data['batchId']}").json["data"]
    assert shown["metadata"] == {"a": "b"}
    assert [job.get(name) for job in shown["jobs"]] == ["mine", None]

    job = completed(data["jobs"][0]["jobId"])
    batch = store.get_batch(job.token)
    assert batch
    event = json.loads(render(job, batch))
    assert (event[name], event["metadata"]) == ("mine", {"a": "b"})
    assert json.loads(render(batch, batch))["metadata"] == {"a": "b"}


def test_one_extraction_takes_metadata(api: Api) -> None:
    job_id = api.post("/v1/extract", extract_body(metadata={"k": "v"})).json["data"]["jobId"]
    assert api.get(f"/v1/status/{job_id}").json["data"]["metadata"] == {"k": "v"}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"customId": ""}, "customId: "),
    ({"customId": "x" * 65}, "customId: "),
    ({"customId": "a", "custom_id": "a"}, "custom_id: "),
    ({"metadata": {"a": 1}}, "metadata.a: "),
    ({"metadata": {"a": "x" * 513}}, "metadata.a: "),
    ({"metadata": {"x" * 65: "a"}}, 'metadata["xxx'),
    ({"metadata": {str(n): "" for n in range(17)}}, "metadata: "),
]


@pytest.mark.parametrize(("fields", "place"), BAD)
def test_bad_names_are_refused(api: Api, fields: dict[str, Any], place: str) -> None:
    answer = api.post("/v1/extract", extract_body(**fields))
    assert (answer.status, answer.error["code"]) == (400, "INVALID_REQUEST")
    assert answer.error["message"].startswith(place)


def test_no_names_leave_the_contract_as_it_is(api: Api) -> None:
    data = api.post("/v1/extract", extract_body()).json["data"]
    assert set(data) == {"jobId", "status", "estimatedTime", "statusUrl"}
    assert not {"customId", "metadata"} & set(api.get(f"/v1/status/{data['jobId']}").json["data"])
