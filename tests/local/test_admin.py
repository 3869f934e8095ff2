"""The operator's commands against a stack that runs, as a process of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.admin import local_stack
from infra.local import account
from infra.local.stack import LocalStack
from tests.local.conftest import Clients


@pytest.fixture
def announced(stack: LocalStack) -> Iterator[str]:
    """The stack's URL, while it tells where it is."""
    with local_stack.announced(stack.url, {**stack.env, "BATCHREEL_OPENAI_KEY": "a-secret"}):
        yield stack.url


def admin(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.admin", *words],
        cwd=account.ROOT,
        env={**account.inherited(), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_stack_of_this_machine_is_found_by_what_it_prints(announced: str) -> None:
    made = admin("create-account", "--account", "typed", "--plan", "free", "--local", announced)
    assert (made.stdout, made.stderr) == ("typed  plan free  0 keys\n", "")
    port = announced.rpartition(":")[2]
    assert "typed  plan free" in admin("accounts", "--local", BATCHREEL_PORT=port).stdout


def test_nothing_is_written_down_but_the_way(announced: str) -> None:
    [file] = [path for path in local_stack.FOLDER.iterdir() if path.stem == announced.rpartition(":")[2]]
    assert "a-secret" not in file.read_text()


def test_a_stack_that_ended_is_not_there(stack: LocalStack) -> None:
    with local_stack.announced(stack.url, stack.env):
        pass
    done = admin("accounts", "--local", stack.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"no stack runs at {stack.url}: start `make local`")


def test_dead_letters_go_back_where_they_came_from(announced: str, aws: Clients) -> None:
    urls = {url.rpartition("/")[2]: url for url in aws.sqs.list_queues()["QueueUrls"]}
    source, dead = urls["batchreel-IntakeQueue"], urls["batchreel-IntakeDlq"]
    for body in ("one", "two"):
        aws.sqs.send_message(QueueUrl=source, MessageBody=body)
    for _ in range(6):  # five receives in vain, and one that finds it gone
        aws.sqs.receive_message(QueueUrl=source, VisibilityTimeout=0, MaxNumberOfMessages=10)
    assert count(aws, source) == 0
    done = admin("redrive", "--queue", "IntakeDlq", "--local", announced)
    assert (done.stdout, done.stderr) == ("batchreel-IntakeDlq: 2 messages go back\n", "")
    assert (count(aws, source), count(aws, dead)) == (2, 0)
    found = aws.sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10)["Messages"]
    assert sorted(each["Body"] for each in found) == ["one", "two"]
    for each in found:
        assert each["Attributes"]["ApproximateReceiveCount"] == "1"
        aws.sqs.delete_message(QueueUrl=source, ReceiptHandle=each["ReceiptHandle"])


def test_dead_letters_that_are_being_read_are_told_of(announced: str, aws: Clients) -> None:
    urls = {url.rpartition("/")[2]: url for url in aws.sqs.list_queues()["QueueUrls"]}
    source, dead = urls["batchreel-IntakeQueue"], urls["batchreel-IntakeDlq"]
    aws.sqs.send_message(QueueUrl=source, MessageBody="one")
    for _ in range(6):
        aws.sqs.receive_message(QueueUrl=source, VisibilityTimeout=0)
    [read] = aws.sqs.receive_message(QueueUrl=dead)["Messages"]
    assert admin("redrive", "--queue", "IntakeDlq", "--local", announced).stdout.splitlines() == [
        "batchreel-IntakeDlq: 0 messages go back",
        "  1 more are being read, and return within 6 minutes: run it again then",
    ]
    aws.sqs.change_message_visibility(QueueUrl=dead, ReceiptHandle=read["ReceiptHandle"], VisibilityTimeout=0)
    assert "1 messages go back\n" in admin("redrive", "--queue", "IntakeDlq", "--local", announced).stdout
    [moved] = aws.sqs.receive_message(QueueUrl=source)["Messages"]
    aws.sqs.delete_message(QueueUrl=source, ReceiptHandle=moved["ReceiptHandle"])


def test_every_queue_of_dead_letters_is_looked_at(announced: str) -> None:
    lines = admin("redrive", "--local", announced).stdout.splitlines()
    names = [line.partition(":")[0] for line in lines]
    assert names == ["batchreel-AudioDlq", "batchreel-IntakeDlq", "batchreel-TextDlq"]
    unknown = admin("redrive", "--queue", "Nothing", "--local", announced)
    assert "--queue Nothing: there are batchreel-AudioDlq, batchreel-IntakeDlq" in unknown.stderr


def count(aws: Clients, url: str) -> int:
    asked = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(asked["Attributes"]["ApproximateNumberOfMessages"])
