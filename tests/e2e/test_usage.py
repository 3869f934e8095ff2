"""A batch through each API states what it used, and so does the account: as the files themselves say."""

from __future__ import annotations

import pytest

from chalicelib import aws
from chalicelib.settings import settings
from infra import admin
from infra.local.stack import LocalStack
from tests.conftest import INFRA
from tests.e2e.client import Client, job
from tests.e2e.text_client import TextClient
from tests.stand_ins.web import WebServer
from tests.waiting import wait_for

FILES = INFRA / "demo" / "media"
TALK_SECONDS, MUSIC_SECONDS, LECTURE_SECONDS = 17, 16, 120
"""As infra/demo/media/README.md knows them."""


@pytest.fixture
def key(stack: LocalStack) -> str:
    """Of an account that nobody else uses."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in stack.env.items():
            environment.setenv(name, value)
        settings.cache_clear()
        aws.forget()
        try:
            return admin.ensure_key("metered").key
        finally:
            aws.forget()


def size(name: str) -> int:
    return (FILES / name).stat().st_size


def test_both_apis_say_what_was_used(
    stack: LocalStack, client: Client, text: TextClient, media: WebServer, key: str
) -> None:
    for each in (client, text):
        each.http.headers["X-API-Key"] = key
    wish = [job(media.url("/plain/talk.mp4")), job(media.url("/plain/music.webm"), "opus")]
    audio_id = client.submit(*wish, job(media.url("/plain/silent.mp4")))["batchId"]
    lecture = {"video_url": media.url("/plain/lecture.mp4"), "summary_mode": "tldr"}
    text_id = text.process(lecture, lecture)["batch_id"]
    client.ended(audio_id)
    text.finished(text_id)
    wait_for(lambda: client.data(f"/batch/{audio_id}")["usage"])
    wait_for(lambda: text.data(f"/batch/status/{text_id}")["usage"])

    batch = client.data(f"/batch/{audio_id}")
    audio = batch["usage"]
    made = [client.data(f"/status/{each['jobId']}") for each in batch["jobs"]]
    assert audio["mediaSeconds"] == pytest.approx(TALK_SECONDS + MUSIC_SECONDS, abs=0.2)
    assert audio["bytesIn"] == size("talk.mp4") + size("music.webm")
    assert audio["bytesOut"] == sum(each["outputFile"]["size"] for each in made if each["outputFile"])
    assert audio["computeSeconds"] == pytest.approx(sum(each["usage"]["computeSeconds"] for each in made))
    assert all(each["usage"]["computeSeconds"] > 0 for each in made)

    read = text.data(f"/batch/results/{text_id}")["usage"]
    assert read["media_seconds"] == pytest.approx(LECTURE_SECONDS, abs=0.2)  # once, for two equal jobs
    assert (read["tokens_in"], read["tokens_out"]) == (0, 0)

    month = text.data("/usage/current")["current_period"]
    seconds = audio["mediaSeconds"] + read["media_seconds"]
    assert month["media_minutes"] * 60 == pytest.approx(seconds, abs=0.1)
    assert month["bytes_in"] == audio["bytesIn"] + read["bytes_in"]
    assert month["bytes_out"] == audio["bytesOut"] + read["bytes_out"]
    assert month["batches"] == 2
    assert month["jobs"] == {"completed": 4, "failed": 1, "cancelled": 0}
    cost = audio["costEstimateUsd"] + read["cost_estimate_usd"]
    assert month["total_cost"] == pytest.approx(cost, abs=2e-8)


def test_an_estimate_is_answered_before_anything_is_sent(client: Client, media: WebServer) -> None:
    wish = {"jobs": [job(media.url("/plain/talk.mp4"))]}
    answer = client.post("/batch/estimate?minutes=1", wish)
    assert answer.status_code == 200, answer.text
    told = answer.json()["data"]
    assert (told["totalJobs"], told["allowed"]) == (1, True)
    assert told["estimatedCostUsd"]["low"] < told["estimatedCostUsd"]["high"]
    assert "batchId" not in told
