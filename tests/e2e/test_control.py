"""Cancel and retry by the front door, with workers and encoders that are processes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg

from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e.client import Client, job
from tests.media.test_cancel import ended
from tests.stand_ins.web import Receiver, WebServer
from tests.waiting import wait_for

TALK = account.ROOT / "infra" / "demo" / "media" / "talk.mp4"


def tone(path: Path) -> None:
    source = ("-f", "lavfi", "-i", "sine=duration=30")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(path)], check=True)


def encoders(stack: LocalStack) -> list[int]:
    """Processes of the stack's workers that make a flac."""
    workers = set(stack.worker_pids())
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
            command = (folder / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if session in workers and "\0-c:a\0flac\0" in command:
            found.append(int(folder.name))
    return found


def told(receiver: Receiver) -> set[tuple[str, str]]:
    """Ids and types of events."""
    calls = receiver.calls_to("/hook")
    return {(call.headers["webhook-id"], json.loads(call.body)["event"]) for call in calls}


def test_a_running_encoder_is_stopped(client: Client, stack: LocalStack, tmp_path: Path) -> None:
    tone(tmp_path / "tone.mp3")
    with WebServer(tmp_path) as server:
        made = client.submit(job(server.url("/forever/tone.mp3"), "flac"))
        job_id = made["jobs"][0]["jobId"]
        wait_for(lambda: encoders(stack))
        pids = encoders(stack)
        answer = client.post(f"/jobs/{job_id}/cancel", None)
        assert (answer.status_code, answer.json()["data"]["status"]) == (200, "cancelled")
        wait_for(lambda: ended(pids))
    assert client.ended(made["batchId"])["status"] == "cancelled"
    assert client.get(f"/download/{job_id}").status_code == 410
    assert client.post(f"/jobs/{job_id}/cancel", None).status_code == 200
    assert client.data(f"/status/{job_id}")["status"] == "cancelled"


def test_a_failed_job_is_retried_when_its_source_is_there(
    client: Client, receiver: Receiver, tmp_path: Path
) -> None:
    with WebServer(tmp_path) as server:
        hook = receiver.url("/hook")
        made = client.submit(job(server.url("/plain/talk.mp4")), webhook=hook)
        batch_id, job_id = made["batchId"], made["jobs"][0]["jobId"]
        assert client.ended(batch_id)["status"] == "failed"
        shutil.copy(TALK, tmp_path / "talk.mp4")
        # refused for as long as the first end is being told
        wait_for(lambda: client.post(f"/batch/{batch_id}/retry", None).status_code == 200)
        assert client.ended(batch_id)["status"] == "completed"
        status = client.data(f"/status/{job_id}")
        [past] = status["history"]
        assert (past["status"], past["error"]["code"]) == ("failed", "DOWNLOAD_FAILED")
        assert len(client.get(f"/download/{job_id}").content) == status["outputFile"]["size"]
        wait_for(lambda: (f"evt_{batch_id.removeprefix('batch_')}_1", "batch.completed") in told(receiver))
        wait_for(lambda: "job.completed" in dict(told(receiver)).values())
        assert len(dict(told(receiver))) == len(told(receiver))  # an id is one event
