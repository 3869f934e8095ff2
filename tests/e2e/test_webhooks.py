from __future__ import annotations

from standardwebhooks import Webhook

from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.events import verified, wait_for_event
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for


def test_a_receiver_that_fails_twice_gets_the_same_event_three_times(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    hook = receiver.program("/hook", 500, 500, 200)
    client.submit(job(media.url("/plain/talk.mp4"), options={"webhook": hook}))
    calls = receiver.wait_for(3, "/hook")
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
    receiver.wait_for(2, "/alive")
    events = wait_for_event(stack, receiver, "batch.completed")
    assert {body.get("jobId", body.get("batchId")) for _, body in events} >= {accepted["batchId"]}
    receiver.wait_for(3, "/dead")
    assert len({call.headers["webhook-id"] for call in receiver.calls_to("/dead")}) == 1


def test_a_saved_endpoint_misses_a_job_and_gets_it_by_recovery(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    """Through the front door and the state machine: told, given up, recovered, sent again by hand."""
    receiver.program("/saved", *[500] * 3)
    made = client.post("/webhooks", {"url": receiver.url("/saved"), "events": ["job.failed"]}).json()["data"]
    since = made["createdAt"]
    try:
        client.submit(job(media.url("/status/404")))
        receiver.wait_for(3, "/saved")
        listing = f"/webhooks/deliveries?endpointId={made['endpointId']}"
        wait_for(lambda: [each["status"] for each in client.data(listing)["deliveries"]] == ["failed"])
        [failed] = client.data(listing)["deliveries"]
        path = f"/webhooks/{made['endpointId']}/recover"
        assert client.post(path, {"since": since}).status_code == 202
        receiver.wait_for(4, "/saved")
        one = f"/webhooks/deliveries/{failed['deliveryId']}"
        wait_for(lambda: client.data(one)["status"] == "delivered")
        assert client.post(f"{one}/resend", None).status_code == 202
        calls = receiver.wait_for(5, "/saved")
        wait_for(lambda: client.data(one)["attemptCount"] == 5)
    finally:
        client.http.delete(f"{client.base}/webhooks/{made['endpointId']}")
    triggers = [each["trigger"] for each in client.data(one)["attempts"]]
    assert triggers == ["scheduled"] * 3 + ["recovery", "manual"]
    assert {call.headers["webhook-id"] for call in calls} == {failed["eventId"]}
    verify = Webhook(made["secret"]).verify
    assert {verify(call.body, call.headers)["event"] for call in calls} == {"job.failed"}
