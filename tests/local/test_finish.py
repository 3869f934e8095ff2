"""infra/finish.asl.json itself, executed with stubs for its two functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.accounts.endpoint_register import MOST_ENDPOINTS
from infra.local.stack import LocalStack
from tests.local.conftest import Clients, until

_names = iter(range(10_000))


def finish(stack: LocalStack, aws: Clients, **given: Any) -> dict[str, Any]:
    states = aws.make("stepfunctions")
    started = states.start_execution(
        stateMachineArn=stack.outputs["FinishArn"], name=f"e{next(_names)}", input=json.dumps(given)
    )

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = states.describe_execution(executionArn=started["executionArn"])
        return found if found["status"] != "RUNNING" else None

    found: dict[str, Any] = until(ended)
    states.close()
    return found


def deliveries(folder: Path, *attempts: int, **more: Any) -> list[dict[str, Any]]:
    return [
        {"folder": str(folder), "name": f"r{i}", "attempts": n, "wait": 0, **more}
        for i, n in enumerate(attempts)
    ]


def test_batch_is_aggregated_and_each_delivery_repeated_until_taken(
    stack: LocalStack, aws: Clients, tmp_path: Path
) -> None:
    found = finish(stack, aws, scope="batch", deliveries=deliveries(tmp_path, 1, 3))
    assert found["status"] == "SUCCEEDED"
    assert {file.name for file in tmp_path.iterdir()} == {"r0-1", "r1-1", "r1-2", "r1-3"}
    assert json.loads(found["output"]) == {"broken": False}


def test_job_goes_straight_to_its_deliveries(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    never = {"fail": "aggregate must not run"}
    found = finish(stack, aws, scope="job", aggregate=never, deliveries=deliveries(tmp_path, 1))
    assert found["status"] == "SUCCEEDED"
    assert [file.name for file in tmp_path.iterdir()] == ["r0-1"]


def test_waits_as_long_as_the_function_says(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    found = finish(stack, aws, scope="job", deliveries=deliveries(tmp_path, 2, wait=1))
    assert found["status"] == "SUCCEEDED"
    first, second = ((tmp_path / f"r0-{n}").stat().st_mtime for n in (1, 2))
    assert second - first >= 1


def test_worker_killed_and_named_errors_are_retried(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    once = {"folder": str(tmp_path), "name": "aggregated", "once": "die"}
    found = finish(
        stack, aws, scope="batch", aggregate=once, deliveries=deliveries(tmp_path, 1, once="raise")
    )
    assert found["status"] == "SUCCEEDED"
    assert {file.name for file in tmp_path.iterdir()} == {"aggregated", "r0", "r0-1"}


def test_one_broken_delivery_does_not_stop_the_others(
    stack: LocalStack, aws: Clients, tmp_path: Path
) -> None:
    broken = {"folder": str(tmp_path), "name": "broken", "fail": "a bug"}
    found = finish(stack, aws, scope="job", deliveries=[broken, *deliveries(tmp_path, 3)])
    assert (found["status"], found["error"]) == ("FAILED", "Undelivered")
    assert {file.name for file in tmp_path.iterdir()} == {"r0-1", "r0-2", "r0-3"}


def test_a_batch_that_nobody_waits_for_is_done_at_once(
    stack: LocalStack, aws: Clients, tmp_path: Path
) -> None:
    assert finish(stack, aws, scope="batch", deliveries=[])["status"] == "SUCCEEDED"


def test_other_errors_end_the_execution_by_name(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    found = finish(stack, aws, scope="batch", aggregate={"fail": "a bug"}, deliveries=[])
    assert (found["status"], found["error"]) == ("FAILED", "ValueError")


def test_a_recovery_goes_on_page_by_page(stack: LocalStack, aws: Clients, tmp_path: Path) -> None:
    found = finish(stack, aws, scope="recover", folder=str(tmp_path), left=3)
    assert found["status"] == "SUCCEEDED"
    assert {file.name for file in tmp_path.iterdir()} == {"page-3", "page-2", "page-1"}


@pytest.mark.parametrize("scope", ["test", "resend", "recovery"])
def test_all_else_goes_straight_to_its_deliveries(
    stack: LocalStack, aws: Clients, tmp_path: Path, scope: str
) -> None:
    never = {"fail": "aggregate must not run"}
    found = finish(stack, aws, scope=scope, aggregate=never, deliveries=deliveries(tmp_path, 2))
    assert found["status"] == "SUCCEEDED"
    assert {file.name for file in tmp_path.iterdir()} == {"r0-1", "r0-2"}


def test_receivers_that_are_waited_for_do_not_delay_another(
    stack: LocalStack, aws: Clients, tmp_path: Path
) -> None:
    """As many as an account may have endpoints and a job URLs: the last one is told while all others wait."""
    most = MOST_ENDPOINTS + 2
    dead, alive = deliveries(tmp_path, *[2] * (most - 1), wait=2), deliveries(tmp_path, *[1] * most)[-1:]
    found = finish(stack, aws, scope="job", deliveries=[*dead, *alive])
    assert found["status"] == "SUCCEEDED"
    told = {file.name: file.stat().st_mtime for file in tmp_path.iterdir()}
    assert len(told) == 2 * (most - 1) + 1
    second_attempts = [at for name, at in told.items() if name.endswith("-2")]
    assert told[f"r{most - 1}-1"] < min(second_attempts)
