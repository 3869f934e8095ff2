"""The process that reads a page, as a process: what it is given, what it may say, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chalicelib.audio import page_reading
from chalicelib.audio.page_child import PageChild
from chalicelib.audio.page_reading import Reading
from chalicelib.audio.progress import Progress
from chalicelib.errors import JobCancelled, JobError
from chalicelib.sites.wire import Found, Order
from tests.audio.conftest import RecordingTask
from tests.audio.processes import child_readers, runs
from tests.stand_ins.pages import Pages
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
SAY = "import json, os, subprocess, sys, time; say = lambda **a: print(json.dumps(a), flush=True)\n"
FOUND = "say(kind='found', title={title}, extension='mp4', seconds=None, size=None, address='x')\n"
SLEEP = "p = subprocess.Popen(['/bin/sleep', '600'])\n"


def command(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", SAY + program)


def order(folder: Path) -> Order:
    return Order("http://unused.test/", str(folder), 60, max_bytes=1000, max_seconds=60, on_youtube=False)


def first_title(folder: Path, program: str) -> str:
    """What a child says as the title of what it has found."""
    with PageChild(order(folder), command(program)) as child:
        [answer] = [next(child.answers(lambda: None))]
    assert isinstance(answer, Found)
    return str(answer.title)


def test_it_gets_no_credentials_and_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "BATCHREEL_YOUTUBE_PROXY",
        "BATCHREEL_API_KEY",
    ):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("BATCHREEL_SOURCE_TIMEOUT", "7")
    given = json.loads(first_title(tmp_path, FOUND.format(title="json.dumps(dict(os.environ))")))
    assert given["BATCHREEL_SOURCE_TIMEOUT"] == "7"
    assert (given["PATH"], given["HOME"]) == ("/nonexistent", str(tmp_path))
    assert "hunter2" not in given.values()
    assert not [name for name in given if name.startswith("AWS_")]


def test_the_order_comes_over_standard_input(tmp_path: Path) -> None:
    asked = json.loads(first_title(tmp_path, FOUND.format(title="sys.stdin.readline()")))
    assert (asked["url"], asked["max_bytes"]) == ("http://unused.test/", 1000)


def test_it_finds_no_program(tmp_path: Path) -> None:
    program = "import shutil\n" + FOUND.format(title="str([shutil.which(n) for n in ('ffmpeg', 'sh')])")
    assert first_title(tmp_path, program) == "[None, None]"


@pytest.mark.parametrize(
    "program",
    [
        "",
        "raise SystemExit(3)",
        "os.kill(os.getpid(), 11)",
        "print('hello', flush=True); time.sleep(60)",
        "say(kind='received', size=-1, total=None); time.sleep(60)",
        "say(kind='failed', code='MADE_UP', details=None); time.sleep(60)",
        "say(kind='kept'); time.sleep(60)",
        "sys.stdout.write('x' * 1_000_000); sys.stdout.flush(); time.sleep(60)",
        "say(kind='received', size=1, total=None)",
    ],
)
def test_a_child_that_crashes_or_babbles(tmp_path: Path, program: str) -> None:
    with pytest.raises(JobError) as caught:
        Reading(order(tmp_path), Progress(RecordingTask())).run(command(program))
    assert (caught.value.code, caught.value.retryable) == ("EXTRACTION_FAILED", True)


def test_all_that_it_has_started_ends_with_it(tmp_path: Path) -> None:
    program = SLEEP + FOUND.format(title="str(p.pid)") + "time.sleep(60)"
    with PageChild(order(tmp_path), command(program)) as child:
        answer = next(child.answers(lambda: None))
        assert isinstance(answer, Found)
        assert runs(int(str(answer.title)))
    wait_for(lambda: not runs(int(str(answer.title))), 5)


def test_all_that_it_has_started_ends_also_if_it_has_ended_itself(tmp_path: Path) -> None:
    program = SLEEP + FOUND.format(title="str(p.pid)")
    pid = int(first_title(tmp_path, program))
    wait_for(lambda: not runs(pid), 5)


def test_a_cancelled_job_does_not_wait_for_it(tmp_path: Path) -> None:
    def stop(_: str) -> None:
        raise JobCancelled("stop")

    start = time.monotonic()
    with pytest.raises(JobCancelled):
        Reading(order(tmp_path), Progress(RecordingTask(on_report=stop))).run(command("time.sleep(600)"))
    assert time.monotonic() - start < 5


def test_a_page_that_takes_too_long_to_tell_its_media(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reading, "FIND_SECONDS", 0.6)
    with pytest.raises(JobError) as caught:
        Reading(order(tmp_path), Progress(RecordingTask())).run(command("time.sleep(600)"))
    assert (caught.value.code, caught.value.retryable) == ("SITE_FAILED", True)


def test_it_ends_when_its_worker_is_killed(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The worker's own process group is not its own, so nobody else would end it."""
    with Pages() as site:
        site.silent.add("/watch")
        program = (
            "import sys; from pathlib import Path; from chalicelib.audio.page_child import PageChild\n"
            "from chalicelib.sites.wire import Order\n"
            f"o = Order({site.url('/watch')!r}, {str(tmp_path)!r}, 300, 1000, 60, False)\n"
            "with PageChild(o) as child: next(child.answers(lambda: None))\n"
        )
        worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ))
        wait_for(lambda: site.log)
        [reader] = child_readers(worker.pid)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait_for(lambda: not runs(reader), 10)
