"""Orders by messages on the running stack: in by intake, out by replies, events and reply_to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import account
from infra.local.account import arn
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.e2e.text_client import TextClient
from tests.stand_ins.web import WebServer
from tests.waiting import wait_for

GUIDE = (Path(__file__).parents[2] / "docs" / "queues.md").read_text()


class Mail:
    """A producer and a consumer."""

    def __init__(self, stack: LocalStack, sqs: Any) -> None:
        self.sqs, self.outputs, self.key = sqs, stack.outputs, stack.key
        self.intake = stack.outputs["IntakeQueue"]
        self.answers: str = sqs.create_queue(QueueName="answers-here")["QueueUrl"]
        self._seen: dict[str, list[Any]] = {}

    def send(self, message: Any, **options: Any) -> str:
        body = message if isinstance(message, str) else json.dumps(message)
        sent: str = self.sqs.send_message(QueueUrl=self.intake, MessageBody=body, **options)["MessageId"]
        return sent

    def order(self, *jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"api": "audio_v1", "key": self.key, "jobs": list(jobs), **more}

    def seen(self, queue: str) -> list[Any]:
        """All that has come to a queue so far; others find it empty."""
        found = self._seen.setdefault(queue, [])
        for each in self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            found.append(json.loads(each["Body"]))
            self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return found

    def answer(self, message_id: str, queue: str | None = None) -> Any:
        queue = queue or self.outputs["RepliesQueue"]

        def mine() -> list[Any]:
            return [each for each in self.seen(queue) if each.get("message_id") == message_id]

        wait_for(mine)
        return mine()[0]

    def events(self, queue: str, batch_id: str) -> list[Any]:
        """Once the batch has ended, all of its events, each once however often it came."""

        def mine() -> list[Any]:
            details = [(e, e.get("detail", {})) for e in self.seen(queue)]
            return list({d["event_id"]: e for e, d in details if d.get("batch_id") == batch_id}.values())

        wait_for(lambda: "batch.completed" in {event["detail-type"] for event in mine()})
        return mine()

    def left(self, queue: str) -> int:
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        return sum(int(found[name]) for name in names)


@pytest.fixture(scope="module")
def mail(stack: LocalStack) -> Iterator[Mail]:
    client = account.client("sqs", stack.aws_url)
    yield Mail(stack, client)
    client.close()


def test_an_order_comes_in_and_its_results_go_out(
    stack: LocalStack, mail: Mail, client: Client, media: WebServer
) -> None:
    jobs = [job(media.url("/plain/talk.mp4"), customId="good"), job(media.url("/plain/silent.mp4"))]
    sent = mail.send(mail.order(*jobs, reply_to=arn("sqs", "answers-here"), correlation_id="c-1"))
    reply = mail.answer(sent, mail.answers)
    assert (reply["type"], reply["status"], reply["correlation_id"]) == ("accepted", 202, "c-1")
    batch_id = reply["body"]["data"]["batchId"]

    told = mail.events(mail.answers, batch_id)
    on_bus = mail.events(mail.outputs["EventsQueue"], batch_id)
    kinds = ["batch.completed", "job.completed", "job.failed"]
    for events in (told, on_bus):
        assert sorted({event["detail-type"] for event in events}) == kinds
        assert len({event["detail"]["event_id"] for event in events}) == 3
        assert {event["detail"]["correlation_id"] for event in events} == {"c-1"}
    assert {(event["source"], event["account"]) for event in on_bus} == {("batchreel", account.ACCOUNT)}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", on_bus[0]["time"])

    [done] = [event["detail"] for event in told if event["detail-type"] == "job.completed"]
    by_http = client.data(f"/status/{done['job_id']}")
    assert done["result"]["output"]["size"] == by_http["outputFile"]["size"]
    s3 = account.client("s3", stack.aws_url)
    file = s3.get_object(Bucket=done["files"]["bucket"], Key=done["files"]["audio"])
    assert len(file["Body"].read()) == by_http["outputFile"]["size"]
    s3.close()
    assert client.ended(batch_id)["status"] == "partial_failure"


def test_a_single_text_job(mail: Mail, text: TextClient, media: WebServer) -> None:
    order = {"api": "video_v1", "key": mail.key, "video_url": media.url("/plain/lecture.mp4")}
    reply = mail.answer(mail.send({**order, "reply_to": mail.answers}), mail.answers)
    assert reply["status"] == 200
    job_id = reply["body"]["data"]["job_id"]
    assert text.ended_job(job_id)["status"] == "completed"
    events = mail.events(mail.answers, job_id.replace("job_", "batch_")[:-3] + "000")
    [done] = [each["detail"] for each in events if each["detail-type"] == "job.completed"]
    assert done["job_id"] == job_id
    assert done["result"]["transcript"]["words"] > 100


def test_what_is_wrong_is_answered_and_gone(mail: Mail) -> None:
    good = {"jobs": [job("https://example.com/a.mp4")]}
    wrong = {
        mail.send("poison"): 400,
        mail.send({"api": "audio_v1", **good}): 401,
        mail.send({"api": "audio_v1", "account": "local", **good}): 401,
        mail.send({"api": "audio_v1", "key": "sk_other", **good}): 401,
        mail.send({"api": "audio_v2", "key": mail.key, **good}): 400,
        mail.send(mail.order(job("https://example.com/a.mp4", "doc"))): 400,
        mail.send(mail.order(reply_to=arn("sqs", "others"), jobs=good["jobs"])): 400,
        mail.send({"api": "video_v1", "key": mail.key, "jobs": []}): 422,
    }
    for message_id, status in wrong.items():
        reply = mail.answer(message_id)
        assert (reply["type"], reply["status"], reply["body"]["success"]) == ("refused", status, False)
    wait_for(lambda: mail.left(mail.intake) == 0)
    assert mail.left(mail.outputs["GivenUpQueue"]) == 0


def test_what_is_too_large_is_refused_by_the_queue(mail: Mail) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        mail.send("x" * 262_145)


def test_an_order_sent_again_is_the_same_order(mail: Mail, client: Client, media: WebServer) -> None:
    order = mail.order(job(media.url("/plain/talk.mp4")), reply_to=mail.answers)
    attribute = {"MessageDeduplicationId": {"DataType": "String", "StringValue": "order-17"}}
    sent = [mail.send(order, MessageAttributes=attribute) for _ in range(3)]
    sent.append(mail.send({**order, "idempotency_key": "order-17"}))
    batches = {mail.answer(each, mail.answers)["body"]["data"]["batchId"] for each in sent}
    assert len(batches) == 1
    client.ended(*batches)


# ---------------------------------------------------------------- the guide's own example


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


ORDER, COLLECT = blocks("python")


def test_the_worked_example(
    stack: LocalStack, mail: Mail, client: Client, media: WebServer, tmp_path: Path
) -> None:
    answers = mail.sqs.create_queue(QueueName="answers-shop")["QueueUrl"]
    environment = {
        **account.inherited(),
        **account.environment(stack.aws_url),
        "BATCHREEL_KEY": stack.key,
        "INTAKE_QUEUE": stack.outputs["IntakeQueue"],
        "ANSWERS_QUEUE": answers,
    }

    def run(program: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.stdout + done.stderr

    videos = [media.url("/plain/talk.mp4"), media.url("/plain/silent.mp4")]
    assert run(ORDER, "order-1007", *videos) == ""
    assert run(ORDER, "order-1007", *videos) == ""  # sent twice: still one order
    told = sorted(run(COLLECT, "order-1007").splitlines())
    assert told == [f"{videos[1]} failed NO_AUDIO", f"{videos[0]} is 1-talk.mp3"]
    assert os.listdir(tmp_path) == ["1-talk.mp3"]

    assert run(ORDER, "order-1008") == ""
    assert run(COLLECT, "order-1008").startswith("refused: jobs: must have at least 1 item")


CALLS = {"download_file": "s3:GetObject"}


def test_the_statements_of_the_example_allow_what_it_does_and_no_more() -> None:
    shop, _queue = (json.loads(block) for block in blocks("json") if '"Statement"' in block)
    listed = [statement["Action"] for statement in shop["Statement"]]
    allowed = {one for each in listed for one in ([each] if isinstance(each, str) else each)}
    called = re.findall(r'\b(?:sqs|s3|client\("sqs"\))\.([a-z_]+)\(', ORDER + COLLECT)
    assert {CALLS.get(name) or f"sqs:{name.title().replace('_', '')}" for name in called} == allowed


def test_the_queue_of_another_account_lets_answers_in() -> None:
    _shop, queue = (json.loads(block) for block in blocks("json") if '"Statement"' in block)
    [only] = queue["Statement"]
    assert (only["Action"], only["Effect"]) == ("sqs:SendMessage", "Allow")
