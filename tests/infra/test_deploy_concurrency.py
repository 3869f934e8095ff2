"""Whoever deploys into an account with few executions of Lambda is told before callers find out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from moto import mock_aws

from infra import package
from infra.deploy import __main__ as deploy
from infra.deploy import concurrency, stage_files
from tests.conftest import CREDENTIALS
from tests.test_docs import OPERATORS

DOCUMENT = package.merged()
ALL = 4 * 20 + 2 * 5 + 10 + 6
"""Each kind has two queues of WorkerConcurrency, one of LowConcurrency; three of dead letters have 2 each."""


def told(most: int, **given: str) -> list[str]:
    return list(concurrency.warnings(most, given, DOCUMENT))


def test_an_account_with_more_than_the_workers_take_is_fine() -> None:
    assert told(ALL + 1) == []
    assert told(1000) == []
    assert f"may take {ALL} by default" in OPERATORS


@pytest.mark.parametrize("most", [25, 50, 100, ALL])
def test_what_is_advised_fits(most: int) -> None:
    [sentence] = told(most)
    assert f"up to {ALL} workers run at once, and this account has {most} executions" in sentence
    assert "L-B99A9384" in sentence
    [advised] = re.findall(r'PARAMETERS="([^"]+)" fits', sentence)
    given = stage_files.assigned(advised.split())
    assert told(most, **given) == []
    assert all(
        2 <= int(value) <= int(DOCUMENT["Parameters"][name]["Default"]) for name, value in given.items()
    )


def test_nothing_fits_a_new_account() -> None:
    [sentence] = told(10)
    least = "WorkerConcurrency=2 LowConcurrency=2 IntakeConcurrency=2"
    assert f'PARAMETERS="{least}" is the least, 20 of them' in sentence


def test_what_is_kept_for_the_api_is_not_taken_by_workers() -> None:
    assert told(ALL, ReservedApi="2") == told(ALL, ReservedApi="2", WorkerConcurrency="1000")
    [sentence] = told(150, ReservedApi="40", ReservedTextWorkers="60", WorkerConcurrency="1000")
    assert "AWS may refuse ReservedApi=40, ReservedTextWorkers=60: 50 of the account's 150" in sentence
    assert told(1000, ReservedApi="900") == []


@pytest.mark.parametrize("value", ["many", "-1", "2.5", "9" * 12])
def test_what_cloudformation_refuses_is_no_crash_here(value: str) -> None:
    assert len(told(50, WorkerConcurrency=value)) == 1


def test_the_limit_is_the_accounts() -> None:
    client = boto3.client("lambda", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10}})
        stub.add_client_error("get_account_settings", "AccessDeniedException")
        assert [concurrency.limit(client) for _ in range(2)] == [10, None]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


def few(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], int]) -> None:
    """moto does not know an account's limits."""
    own = boto3.client

    def client(service: str, *words: Any, **more: Any) -> Any:
        made = own(service, *words, **more)  # type: ignore[call-overload]
        if service == "lambda":
            made.get_account_settings = lambda: {"AccountLimit": {"ConcurrentExecutions": answer()}}
        return made

    monkeypatch.setattr(boto3, "client", client)


@pytest.mark.usefixtures("aws")
def test_the_check_warns_by_what_is_given_and_what_the_stack_has(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few(monkeypatch, lambda: 100)
    check = ["--stage", "dev", "--check"]
    deploy.main(check)
    assert f"warning: up to {ALL} workers" in capsys.readouterr().err
    deploy.main([*check, "--parameter", "WorkerConcurrency=2"])
    assert capsys.readouterr().err == ""
    name = "WorkerConcurrency"
    boto3.client("cloudformation").create_stack(
        StackName="batchreel-dev",
        TemplateBody=f'{{"Parameters": {{"{name}": {{"Type": "Number"}}}}, "Resources": {{}}}}',
        Parameters=[{"ParameterKey": name, "ParameterValue": "2"}],
    )
    deploy.main(check)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("aws")
def test_a_limit_that_cannot_be_read_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody() -> int:
        raise EndpointConnectionError(endpoint_url="https://lambda.example")

    few(monkeypatch, nobody)
    deploy.main(["--stage", "dev", "--check"])
    assert capsys.readouterr().err == ""
