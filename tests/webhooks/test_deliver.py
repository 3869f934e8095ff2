"""One attempt at a time against a real receiver on loopback."""

from __future__ import annotations

import json

import pytest

from chalicelib.batches import finish, store
from chalicelib.batches.model import Failure
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings
from chalicelib.webhooks import attempts
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliver import deliver
from tests.batches.aws_faults import refusing
from tests.stand_ins.web import Receiver, Reply
from tests.webhooks.ended import RENDERER, ended_job, request_for, verified

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_completed_job_is_told_in_full(receiver: Receiver) -> None:
    job = ended_job(receiver.url("/hook"))
    assert deliver(request_for(job), RENDERER)["outcome"] == "delivered"
    [call] = receiver.calls
    body = verified(call)
    assert call.headers["content-type"] == "application/json"
    assert call.headers["webhook-id"] == job.event_id
    assert "." not in job.event_id
    assert body["event"] == "job.completed"
    assert (body["jobId"], body["status"]) == (job.id, "completed")
    assert body["downloadUrl"] == f"/audio-extract/v1/download/{job.id}"
    file = body["outputFile"]
    assert (file["filename"], file["size"], file["duration"]) == ("a.mp3", 40_123, 2.5)
    assert (file["format"], file["bitrate"]) == ("mp3", "128k")
    assert "X-Amz-Signature" in file["url"]
    assert "error" not in body


def test_a_failed_job_is_told_with_its_error(receiver: Receiver) -> None:
    job = ended_job(receiver.url("/hook"), failure=Failure("NO_AUDIO", "There is no sound in it"))
    deliver(request_for(job), RENDERER)
    body = verified(receiver.calls[0])
    assert body["event"] == "job.failed"
    assert body["error"] == {"code": "NO_AUDIO", "message": "There is no sound in it", "retryable": False}
    assert "outputFile" not in body


def test_a_finished_batch_is_told_with_its_counts(receiver: Receiver) -> None:
    job = ended_job(receiver.url("/hook"))
    batch = store.get_batch(job.token)
    assert batch
    [delivery] = finish.aggregate({"batch_id": batch.id})["deliveries"]
    deliver(delivery, RENDERER)
    body = verified(receiver.calls[0])
    assert body["event"] == "batch.completed"
    assert body["counts"] == {"total": 1, "completed": 1, "failed": 0, "cancelled": 0}
    assert len(receiver.calls[0].body) < 20_000


def test_retries_keep_their_id_and_are_signed_anew(receiver: Receiver) -> None:
    receiver.program("/hook", 500, 500, 200)
    job = ended_job(receiver.url("/hook"))
    request = request_for(job)
    outcomes = []
    for _ in range(3):
        request = deliver(request, RENDERER, chance=lambda: 0.5)
        outcomes.append((request["outcome"], request.get("wait"), request["attempt"]))
    assert [o[0] for o in outcomes] == ["retry", "retry", "delivered"]
    assert [o[1] for o in outcomes[:2]] == [5, 300]
    assert {call.headers["webhook-id"] for call in receiver.calls} == {job.event_id}
    assert all(verified(call) for call in receiver.calls)


def test_each_attempt_is_on_record(receiver: Receiver) -> None:
    receiver.program("/hook", 503, 410)
    job = ended_job(receiver.url("/hook"))
    second = deliver(request_for(job), RENDERER, chance=lambda: 0.5)
    assert deliver(second, RENDERER)["outcome"] == "gave_up"
    first, last = attempts.of(Address(job.event_id, "0"))
    assert (first.number, first.status, first.next_in) == (1, 503, 5)
    assert (last.number, last.status, last.next_in) == (2, 410, None)


def test_only_the_beginning_of_an_answer_is_kept(receiver: Receiver) -> None:
    receiver.program("/hook", Reply(500, body=b"x" * 10_000))
    job = ended_job(receiver.url("/hook"))
    deliver(request_for(job), RENDERER)
    [record] = attempts.of(Address(job.event_id, "0"))
    assert record.answer == "x" * 2048


def test_a_redirect_is_a_failure_and_not_followed(receiver: Receiver) -> None:
    receiver.program("/hook", Reply(308, {"Location": receiver.url("/other")}))
    job = ended_job(receiver.url("/hook"))
    assert deliver(request_for(job), RENDERER)["outcome"] == "retry"
    assert [call.path for call in receiver.calls] == ["/hook"]


def test_a_receiver_that_is_not_there_is_tried_again(receiver: Receiver) -> None:
    url = receiver.url("/hook")
    receiver.stop()
    job = ended_job(url)
    assert deliver(request_for(job), RENDERER)["outcome"] == "retry"
    [record] = attempts.of(Address(job.event_id, "0"))
    assert record.status == 0
    assert record.answer


def test_a_private_address_is_refused(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended_job(receiver.url("/hook"))
    monkeypatch.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "")
    settings.cache_clear()
    assert deliver(request_for(job), RENDERER)["outcome"] == "retry"
    assert receiver.calls == []


def test_a_job_that_was_deleted_is_not_told(receiver: Receiver) -> None:
    request = {"subject": "job_0123456789abc001", "event_id": "e", "recipient": 0, "attempt": 1}
    assert deliver(request, RENDERER)["outcome"] == "cancelled"


def test_when_aws_is_away_the_state_machine_is_to_try_again(receiver: Receiver) -> None:
    job = ended_job(receiver.url("/hook"))
    with refusing("dynamodb", "GetItem"), pytest.raises(ServiceUnavailable):
        deliver(request_for(job), RENDERER)
    assert json.dumps(request_for(job))
    assert receiver.calls == []
