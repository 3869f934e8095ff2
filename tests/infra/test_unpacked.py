"""The package at work: unpacked as Lambda does it, every handler run from there, with nothing beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from infra import package
from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import QUICK, Client, job
from tests.e2e.conftest import client, text
from tests.e2e.text_client import TextClient
from tests.privacy import LOUD, private_log
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for

__all__ = ["client", "text"]
LAMBDAS_OWN = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
SAID = "Lamps were lit at dusk. Keepers climbed the tower every night. The lamps burned oil for a century."
CAPTIONS = f"1\n00:00:00,000 --> 00:00:09,000\n{SAID}\n"


@dataclass(frozen=True)
class Bare:
    """As Lambda lays it out, and a Python that has no packages."""

    root: Path
    template: Path

    @property
    def journal(self) -> Path:
        return self.root / "journal.jsonl"

    @property
    def command(self) -> list[str]:
        program = Path(__file__).with_name("bare.py")
        places = (self.root / "var" / "task", self.root / "var" / "runtime", self.template, self.journal)
        return [str(self.root / "python" / "bin" / "python"), "-I", str(program), *map(str, places)]

    def invocations(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]


@pytest.fixture(scope="module")
def bare(packaged: Path, layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    root = tmp_path_factory.mktemp("bare")
    unpack(packaged / package.APP, root / "var" / "task")
    unpack(layer, root / "opt")
    runtime = root / "var" / "runtime"
    runtime.mkdir(parents=True)
    for name in LAMBDAS_OWN:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        home = Path(spec.origin)
        home = home.parent if home.name == "__init__.py" else home
        (runtime / home.name).symlink_to(home)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / "python"], check=True)
    return Bare(root, packaged / "template.json")


def unpack(archive: Path, to: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(to)
        for info in packed.infolist():
            (to / info.filename).chmod(info.external_attr >> 16 & 0o7777)


@pytest.fixture(scope="module")
def stack(bare: Bare) -> Iterator[LocalStack]:
    path = f"{bare.root / 'opt' / 'bin'}:/usr/bin:/bin"
    env = {**LOUD, **QUICK, "BATCHREEL_LEASE_SECONDS": "60", "PATH": path}
    with private_log() as log, LocalStack(workers=2, env=env, log=log, worker=bare.command) as running:
        yield running


@pytest.fixture(scope="module")
def sqs(stack: LocalStack) -> Iterator[Any]:
    client = account.client("sqs", stack.aws_url)
    yield client
    client.close()


def ran(bare: Bare, *functions: str) -> None:
    """Each at least once since the start, from the unpacked zip alone, and without an error."""
    wait_for(lambda: set(functions) <= {each["function"] for each in bare.invocations()})
    assert [each for each in bare.invocations() if each["error"] or each["strangers"]] == []


@pytest.mark.parametrize(("kind", "codec"), [("mp3", "mp3"), ("m4a", "aac")])
def test_video_becomes_sound_by_the_layers_ffmpeg(
    bare: Bare, client: Client, media: WebServer, receiver: Receiver, tmp_path: Path, kind: str, codec: str
) -> None:
    wanted = job(media.url("/plain/talk.mp4"), kind)
    if kind == "mp3":
        wanted["output"] |= {"normalize": True, "preserveMetadata": True}
    sent = client.submit(wanted, webhook=receiver.url("/hook"))
    ended = client.job_ended(sent["jobs"][0]["jobId"])
    assert ended["status"] == "completed", ended["error"]
    (tmp_path / "made").write_bytes(client.get(f"/download/{sent['jobs'][0]['jobId']}").content)
    told = subprocess.run(
        [bare.root / "opt" / "bin" / "ffmpeg", "-i", tmp_path / "made"], capture_output=True, text=True
    ).stderr
    assert f"Audio: {codec}" in told
    assert "Duration: 00:00:17.0" in told
    receiver.wait_for(2, "/hook", timeout=60)
    ran(bare, "api_handler", "audio_worker", "aggregate", "deliver", "watchdog")


def test_captions_become_a_summary_and_a_pdf(bare: Bare, text: TextClient) -> None:
    results = text.results({"video_url": "https://example.com/talk.mp4", "captions": CAPTIONS})
    [found] = results["successful_jobs"]
    made = text.get(f"/videos/export/{found['job_id']}/pdf")
    assert made.content.startswith(b"%PDF-")
    ran(bare, "api_handler", "text_worker")


def test_what_an_endpoint_missed_is_recovered(
    bare: Bare, client: Client, media: WebServer, receiver: Receiver
) -> None:
    # before the orders below: their failed jobs would be told to this endpoint as well
    receiver.program("/saved", *[500] * 3)
    made = client.post("/webhooks", {"url": receiver.url("/saved"), "events": ["job.failed"]}).json()["data"]
    client.submit(job(media.url("/status/404")))
    receiver.wait_for(3, "/saved", timeout=60)
    listing = f"/webhooks/deliveries?endpointId={made['endpointId']}"
    wait_for(lambda: [each["status"] for each in client.data(listing)["deliveries"]] == ["failed"])
    path = f"/webhooks/{made['endpointId']}/recover"
    assert client.post(path, {"since": made["createdAt"]}).status_code == 202
    receiver.wait_for(4, "/saved", timeout=60)
    ran(bare, "deliver", "recover")


def test_orders_come_by_queue_and_what_came_too_often_is_buried(
    bare: Bare, stack: LocalStack, client: Client, media: WebServer, sqs: Any
) -> None:
    order = {"api": "audio_v1", "key": stack.key, **job(media.url("/plain/silent.mp4"))}
    sqs.send_message(QueueUrl=stack.outputs["IntakeQueue"], MessageBody=json.dumps(order))
    sqs.send_message(
        QueueUrl=dead(sqs, "intake"), MessageBody=json.dumps({**order, "correlation_id": "again"})
    )
    sent = client.submit(job(media.url("/plain/silent.mp4")))["jobs"][0]["jobId"]
    assert client.job_ended(sent)["status"] == "failed"
    sqs.send_message(QueueUrl=dead(sqs, "audio"), MessageBody=json.dumps({"job": sent}))
    ran(bare, "intake", "intake_dead_letters", "dead_letters")


def dead(sqs: Any, of: str) -> str:
    [url] = [each for each in sqs.list_queues()["QueueUrls"] if of in each.lower() and "dlq" in each.lower()]
    return str(url)


def test_every_function_of_the_template_is_among_those_that_the_tests_above_run() -> None:
    from app import app

    named: list[Any] = [*app.event_sources, *app.pure_lambda_functions]
    above = Path(__file__).read_text()
    assert [each.name for each in named if f'"{each.name}"' not in above] == []


def test_python_itself_is_bare(bare: Bare) -> None:
    known = subprocess.run(
        [bare.command[0], "-I", "-c", "import sys; print(sys.path)"],
        capture_output=True, text=True, check=True, env={"PATH": os.defpath},
    ).stdout  # fmt: skip
    assert ".venv" not in known
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run([bare.command[0], "-I", "-c", "import chalice"], check=True, capture_output=True)
