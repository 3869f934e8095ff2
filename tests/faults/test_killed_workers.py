"""Real workers of the real stack, killed by SIGKILL at chosen moments, and calls to AWS that fail."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.audio import media as truth
from tests.e2e.client import QUICK, Client, job
from tests.e2e.events import wait_for_event
from tests.permissions import judged
from tests.privacy import LOUD, private_log
from tests.stand_ins.aws_proxy import AwsProxy, Fault
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def proxy() -> Iterator[AwsProxy]:
    with AwsProxy(lambda: running["stack"].aws_url) as made:
        yield made


running: dict[str, LocalStack] = {}


@pytest.fixture(scope="module")
def stack(proxy: AwsProxy) -> Iterator[LocalStack]:
    with private_log() as log:
        env = {**LOUD, **QUICK, "AWS_ENDPOINT_URL": proxy.base}
        running["stack"] = LocalStack(workers=2, env=env, log=log)
        with judged(running["stack"]) as started:
            yield started


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    made = Client(stack)
    yield made
    made.close()


def kill_workers(stack: LocalStack) -> None:
    for pid in stack.worker_pids():
        os.kill(pid, signal.SIGKILL)


def encoders(stack: LocalStack, *, fed: bool = True) -> list[int]:
    """Pids of the ffmpeg processes that write mp3 for this stack's workers, read off /proc: those that are
    fed through a pipe, or those that read a file."""
    workers = set(stack.worker_pids())
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            wanted = b"libmp3lame" in command and (b"pipe:0" in command) == fed
            if wanted and parent(int(folder.name)) in workers:
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def open_batches(stack: LocalStack) -> int:
    dynamodb = account.client("dynamodb", stack.aws_url)
    found: dict[str, Any] = dynamodb.scan(
        TableName=stack.env["BATCHREEL_BATCHES_TABLE"], IndexName="open", Select="COUNT"
    )
    dynamodb.close()
    return int(found["Count"])


def assert_ended_once(
    stack: LocalStack, client: Client, receiver: Receiver, batch_id: str, status: str = "completed"
) -> None:
    assert client.ended(batch_id)["status"] == status
    wait_for(lambda: open_batches(stack) == 0)
    wait_for_event(stack, receiver, "job.completed")
    seen = wait_for_event(stack, receiver, "batch.completed")
    assert len({event_id for event_id, body in seen if body["event"] == "batch.completed"}) == 1
    assert len({event_id for event_id, body in seen if body["event"].startswith("job.")}) == 1


def test_a_worker_killed_in_the_middle_of_encoding(
    stack: LocalStack, client: Client, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("long")
    (root / "long.wav").write_bytes(_wav(seconds=60))
    with WebServer(root) as media:
        accepted = client.submit(job(media.url("/gated/long.wav")), webhook=receiver.url("/hook"))
        wait_for(lambda: encoders(stack))
        [encoder] = encoders(stack)
        os.kill(parent(encoder), signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{encoder}").exists())  # it does not outlive its worker
        media.gate.set()
        assert_ended_once(stack, client, receiver, accepted["batchId"])
    status = client.data(f"/status/{accepted['jobs'][0]['jobId']}")
    assert abs(status["outputFile"]["duration"] - 60) < 0.1


def test_a_worker_killed_while_its_encoder_reads_a_file(
    stack: LocalStack, client: Client, tmp_path: Path
) -> None:
    """Such an encoder waits for nobody, and has a minute of work: whoever misses the worker has to end it."""
    minute, long = tmp_path / "minute.m4a", tmp_path / "long.m4a"
    truth.ffmpeg(*truth.mono(60, 24000), "-c:a", "aac", minute)
    truth.ffmpeg("-stream_loop", "239", "-i", minute, "-c", "copy", long)
    with WebServer(tmp_path) as media:
        accepted = client.submit(job(media.url("/plain/long.m4a")))
        wait_for(lambda: encoders(stack, fed=False))
        [encoder] = encoders(stack, fed=False)
        assert os.getpgid(encoder) == encoder  # out of reach of a signal to the worker's group
        long.unlink()  # the next attempt has nothing to do
        os.kill(parent(encoder), signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{encoder}").exists(), seconds=10)
        assert client.ended(accepted["batchId"])["status"] == "failed"


def _wav(seconds: int) -> bytes:
    """Silence, 44.1 kHz, 16 bit, stereo."""
    size = seconds * 44_100 * 4
    form = struct.pack("<IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16)
    return (
        struct.pack("<4sI8s", b"RIFF", size + 36, b"WAVEfmt ")
        + form
        + struct.pack("<4sI", b"data", size)
        + bytes(size)
    )


def test_jobs_that_never_reached_the_queue(
    stack: LocalStack, proxy: AwsProxy, client: Client, media: WebServer, receiver: Receiver
) -> None:
    fault = proxy.add(Fault("SendMessageBatch", status=500, times=5))
    accepted = client.submit(job(media.url("/plain/talk.mp4")), webhook=receiver.url("/hook"))
    assert fault.hits > 1  # the SDK tried more than once before it gave up
    assert_ended_once(stack, client, receiver, accepted["batchId"])


MOMENTS = [
    pytest.param("UpdateItem", '"outcome', id="record"),
    pytest.param("StartExecution", "job_", id="announce the job"),
    pytest.param("UpdateItem", "ADD #counted", id="count"),
    pytest.param("UpdateItem", "SET ended_at", id="close"),
    pytest.param("StartExecution", "batch_", id="start finish"),
    pytest.param("UpdateItem", "REMOVE open_shard", id="leave the open index"),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("operation", "text"), MOMENTS)
def test_a_worker_killed_between_the_last_steps(
    stack: LocalStack,
    proxy: AwsProxy,
    client: Client,
    media: WebServer,
    receiver: Receiver,
    operation: str,
    text: str,
    moment: str,
) -> None:
    kill = {moment: lambda: kill_workers(stack)}
    fault = proxy.add(Fault(operation, text, **kill))  # type: ignore[arg-type]
    accepted = client.submit(job(media.url("/plain/talk.mp4")), webhook=receiver.url("/hook"))
    wait_for(lambda: fault.hits)
    assert_ended_once(stack, client, receiver, accepted["batchId"])
