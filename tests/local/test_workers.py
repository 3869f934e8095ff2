"""Lambda: handlers in processes of their own, with Lambda's errors."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.local import account
from infra.local.stack import LocalStack
from tests.local.conftest import Clients, until


def report(stack: LocalStack, **event: Any) -> dict[str, Any]:
    answer = stack.invoke("report", event)
    assert not answer.error
    shown: dict[str, Any] = json.loads(answer.payload)
    return shown


def failure(stack: LocalStack, name: str, **event: Any) -> dict[str, Any]:
    answer = stack.invoke(name, event)
    assert answer.error
    shown: dict[str, Any] = json.loads(answer.payload)
    return shown


def gone(pid: int) -> bool:
    """Whether the process has ended, waited for or not."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_handler_sees_lambda(stack: LocalStack) -> None:
    seen = report(stack, x=1)
    assert seen["event"] == {"x": 1}
    assert seen["function"] == "Report"
    assert 0 < seen["left"] <= 20_000
    assert seen["request"]
    assert seen["pid"] == seen["group"]
    assert seen["variables"]["AWS_ENDPOINT_URL"] == stack.aws_url
    assert seen["variables"]["BATCHREEL_BATCHES_TABLE"] == stack.outputs["BatchesTable"]
    assert seen["variables"]["BATCHREEL_SCHEDULE_SECONDS"] == "0.5"


def test_invoke_by_name_and_by_arn(stack: LocalStack, aws: Clients) -> None:
    client = aws.make("lambda")
    for name in ("Report", "arn:aws:lambda:us-east-1:123456789012:function:Report"):
        answer = client.invoke(FunctionName=name, Payload=b'{"x": 2}')
        assert "FunctionError" not in answer
        assert json.loads(answer["Payload"].read())["event"] == {"x": 2}
    client.close()


def test_error_is_described_as_lambda_does(stack: LocalStack, aws: Clients) -> None:
    shown = failure(stack, "Misbehave", fail="no")
    assert (shown["errorType"], shown["errorMessage"]) == ("ValueError", "no")
    assert any("misbehave" in line for line in shown["stackTrace"])
    client = aws.make("lambda")
    assert client.invoke(FunctionName="Misbehave")["FunctionError"] == "Unhandled"
    client.close()


def test_answer_that_is_not_json_and_exit(stack: LocalStack) -> None:
    assert failure(stack, "Misbehave")["errorType"] == "Runtime.MarshalError"
    assert failure(stack, "Misbehave", exit=True)["errorType"] == "Runtime.ExitError"


def test_time_out_kills_the_whole_session(stack: LocalStack, tmp_path: Path) -> None:
    shown = failure(stack, "slow", folder=str(tmp_path))
    assert shown["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in shown["errorMessage"]
    until(lambda: gone(int((tmp_path / "child").read_text())))


def test_killed_worker_is_replaced_and_its_folder_wiped(stack: LocalStack) -> None:
    pids = until(lambda: len(found := stack.worker_pids()) == 4 and found)
    seen = report(stack, mark="left-behind")
    assert seen["pid"] in pids
    os.kill(seen["pid"], signal.SIGKILL)
    until(lambda: not Path(seen["folder"]).exists())
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: report(stack)["pid"], range(8)))
    assert seen["pid"] not in again
    until(lambda: len(stack.worker_pids()) == 4)


def test_worker_killed_at_work_is_an_exit_error(stack: LocalStack, tmp_path: Path) -> None:
    shown = failure(stack, "aggregate", aggregate={"once": "die", "folder": str(tmp_path), "name": "x"})
    assert shown["errorType"] == "Runtime.ExitError"


def test_a_worker_whose_stack_is_gone_takes_along_all_it_started(tmp_path: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    worker = subprocess.Popen(
        [sys.executable, "-m", "infra.local.worker", str(theirs.fileno()), "tests.local.app"],
        cwd=account.ROOT, env={"TMPDIR": str(tmp_path)}, pass_fds=(theirs.fileno(),), start_new_session=True,
    )  # fmt: skip
    with worker:
        theirs.close()
        ours.recv()
        ours.send(("slow", "Slow", 600.0, json.dumps({"folder": str(tmp_path)}).encode()))
        child = int(until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text()))
        assert not gone(child)
        ours.close()
        until(lambda: gone(child))
    assert worker.returncode == -signal.SIGKILL


def test_only_one_stack_in_a_process(stack: LocalStack) -> None:
    with pytest.raises(RuntimeError, match="already runs"), LocalStack(app="tests.local.app"):
        pass
