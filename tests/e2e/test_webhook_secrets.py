"""Endpoints and secrets of an account by the front door, and what a receiver then sees."""

from __future__ import annotations

from standardwebhooks import Webhook

from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.stand_ins.web import Receiver, WebServer


def test_an_endpoint_from_its_making_to_its_end(client: Client, receiver: Receiver) -> None:
    made = client.post("/webhooks", {"url": receiver.url("/saved"), "events": ["job.failed"]})
    assert made.status_code == 201, made.text
    path = f"/webhooks/{made.json()['data']['endpointId']}"
    changed = client.http.patch(client.base + path, json={"enabled": False})
    assert changed.json()["data"]["disabledReason"] == "owner"
    assert [each["enabled"] for each in client.data("/webhooks")["endpoints"]] == [False]
    assert client.post(f"{path}/rotate", None).json()["data"]["secret"].startswith("whsec_")
    assert client.http.delete(client.base + path).status_code == 200
    assert client.get(path).status_code == 404


def test_after_a_rotation_a_receiver_may_still_have_the_old_secret(
    stack: LocalStack, client: Client, media: WebServer, receiver: Receiver
) -> None:
    new = client.post("/webhooks/secret/rotate", None).json()["data"]["secret"]
    hook = receiver.url("/rotated")
    client.submit(job(media.url("/plain/talk.mp4"), options={"webhook": hook}))
    [call] = receiver.wait_for(1, "/rotated")
    for secret in (new, stack.webhook_secret):
        assert Webhook(secret).verify(call.body, call.headers)["event"] == "job.completed"
