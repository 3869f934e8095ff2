"""Two accounts share two workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from chalicelib import aws
from chalicelib.accounts import keys, plans
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.stand_ins.web import WebServer
from tests.waiting import wait_for


@pytest.fixture
def client_of(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Client]]:
    """Of an account that may have one job running at a time."""
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    aws.forget()
    made: list[Client] = []

    def client(account: str) -> Client:
        made.append(Client(stack))
        plan = replace(plans.shipped()["pro"], concurrent_jobs=1)
        made[-1].http.headers["X-API-Key"] = keys.create(account, plan=plan)
        return made[-1]

    yield client
    for each in made:
        each.close()
    aws.dynamodb().close()
    aws.forget()


def test_a_noisy_account_leaves_a_worker_to_a_quiet_one(
    client_of: Callable[[str], Client], media: WebServer
) -> None:
    """Its jobs hang, one at a time; the next one begins when one has ended."""
    noisy, quiet = client_of("noisy"), client_of("quiet")
    accepted = noisy.submit(*[job(media.url("/gated/talk.mp4"))] * 4)

    def states() -> list[str]:
        return [noisy.data(f"/status/{each['jobId']}")["status"] for each in accepted["jobs"]]

    try:
        wait_for(lambda: "processing" in states())
        mine = quiet.submit(job(media.url("/plain/talk.mp4")))
        assert quiet.ended(mine["batchId"])["status"] == "completed"
        assert sorted(states()) == ["processing", "queued", "queued", "queued"]
    finally:
        media.gate.set()
    assert noisy.ended(accepted["batchId"])["counts"]["completed"] == 4
    media.gate.clear()
