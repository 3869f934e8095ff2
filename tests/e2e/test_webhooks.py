from __future__ import annotations

from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import verified, wait_for_event
from tests.stand_ins.web import Receiver, WebServer


def test_a_receiver_that_fails_twice_gets_the_same_event_three_times(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    hook = receiver.program("/hook", 500, 500, 200)
    client.submit(job(media.url("/plain/talk.mp4"), options={"webhook": hook}))
    calls = receiver.wait_for(3, "/hook", timeout=60)
    assert len({call.headers["webhook-id"] for call in calls}) == 1
    assert len({verified(stack, call)["jobId"] for call in calls}) == 1
    stamps = [int(call.headers["webhook-timestamp"]) for call in calls]
    assert stamps == sorted(stamps)
    assert stamps[0] < stamps[2]


def test_one_dead_receiver_does_not_delay_another(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    dead = receiver.program("/dead", 500, 500, 500)
    accepted = client.submit(
        job(media.url("/plain/talk.mp4"), options={"webhook": dead}), webhook=receiver.url("/alive")
    )
    receiver.wait_for(2, "/alive", timeout=60)
    events = wait_for_event(stack, receiver, "batch.completed")
    assert {body.get("jobId", body.get("batchId")) for _, body in events} >= {accepted["batchId"]}
    receiver.wait_for(3, "/dead", timeout=60)
    assert len({call.headers["webhook-id"] for call in receiver.calls_to("/dead")}) == 1
