"""The operator's commands, as they are typed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from chalicelib.accounts import key_reading, plans, register
from chalicelib.accounts.admission import admit
from chalicelib.errors import RequestError
from infra.admin.__main__ import main, parser
from tests.api.wall_clock import wall
from tests.batches.aws_faults import refusing
from tests.clock import FakeClock
from tests.conftest import Cloud

__all__ = ["wall"]
Run = Callable[..., str]
DOCS = (Path(__file__).parents[2] / "docs" / "operators.md").read_text()


@pytest.fixture
def run(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command prints."""
    monkeypatch.delenv("BATCHREEL_STACK", raising=False)

    def command(*words: str) -> str:
        main(words)
        return capsys.readouterr().out

    return command


def fails(run: Run, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(*words)
    return str(ended.value)


def word(printed: str, beginning: str) -> str:
    return next(each for each in printed.split() if each.startswith(beginning))


def test_every_command_is_explained() -> None:
    [commands] = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    assert len(commands) == 13
    assert [name for name in commands if not re.search(rf"(`|infra\.admin ){name}\b", DOCS)] == []


def test_an_account_from_its_making_to_other_limits(run: Run) -> None:
    assert run("create-account", "--account", "acme", "--plan", "free") == "acme  plan free  0 keys\n"
    assert run("create-account", "--account", "acme", "--plan", "pro") == "acme  plan free  0 keys\n"
    run("create-key", "--account", "acme")
    printed = run(
        "set-plan", "--account", "acme", "--plan", "plus", "--set", "keys=9", "--set", "batch_size=3"
    )
    assert printed == "acme  plan plus with batch_size=3, keys=9  1 keys\n"
    run("set-plan", "--account", "acme", "--set", "videos_per_day=null")
    expected = replace(plans.shipped()["plus"], keys=9, batch_size=3, videos_per_day=None)
    assert register.plan_of("acme") == expected
    run("create-account", "--account", "zebra")
    listed = run("accounts").splitlines()
    assert listed[0].startswith("acme  plan plus with batch_size=3")
    assert listed[1:] == ["zebra  plan pro  0 keys"]
    assert run("set-plan", "--account", "acme", "--reset") == "acme  plan plus  1 keys\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--account", "acme", "--plan", "gold"), "There is no plan gold"),
        (("--account", "nobody", "--plan", "pro"), "There is no account nobody"),
        (("--account", "acme", "--set", "speed=3"), "--set speed=3: send field=value; fields are features,"),
        (("--account", "acme", "--set", "keys"), "--set keys: send field=value"),
        (("--account", "acme", "--set", "keys=0"), "keys: must be at least 1"),
        (("--account", "acme", "--set", "keys=null"), "keys: must be a whole number"),
        (("--account", "acme", "--set", "priority=urgent"), "priority: must be 'low', 'normal' or 'high'"),
        (("--account", "acme", "--set", 'features=["everything"]'), "features[0]: must be"),
    ],
)
def test_what_cannot_be_set(run: Run, words: tuple[str, ...], sentence: str) -> None:
    run("create-account", "--account", "acme", "--plan", "free")
    assert sentence in fails(run, "set-plan", *words)
    assert register.plan_of("acme") == plans.shipped()["free"]


def test_a_key_from_its_making_to_its_end(run: Run, wall: FakeClock) -> None:
    printed = run(
        *("create-key", "--account", "acme", "--plan", "plus", "--name", "ci"),
        *("--scopes", "read,process", "--expires-in", "3600"),
    )
    secret, key_id = word(printed, "sk_"), word(printed, "key_")
    assert "whsec_" in printed
    key = key_reading.find(secret)
    assert key
    assert (key.plan.name, key.scopes) == ("plus", frozenset(["read", "process"]))
    assert key.expires_at == wall.now + 3_600_000
    [line] = run("keys", "--account", "acme").splitlines()
    assert line.startswith(f"{key_id}  {secret[:7]}…{secret[-4:]}  read,process  until ")
    assert line.endswith("never used  ci")
    rotated = run("rotate-key", "--account", "acme", "--key-id", key_id, "--overlap-seconds", "60")
    new, new_id = word(rotated, "sk_"), word(rotated, "key_")
    wall.forward(60)
    assert admit(new, "read", wall.now).account.id == "acme"
    with pytest.raises(RequestError, match="expired"):
        admit(secret, "read", wall.now)
    assert run("revoke-key", "--account", "acme", "--key-id", new_id) == f"{new_id} is revoked\n"
    with pytest.raises(RequestError, match="revoked"):
        admit(new, "read", wall.now)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("create-key", "--account", "a b"), "an account name is"),
        (("create-key", "--account", "new", "--plan", "gold"), "There is no plan gold"),
        (
            ("create-key", "--account", "acme", "--plan", "free"),
            "acme has the plan pro: change it",
        ),
        (
            ("create-key", "--account", "acme", "--scopes", "write"),
            "--scopes: write: known are read",
        ),
        (("keys", "--account", "nobody"), "There is no account nobody"),
        (("revoke-key", "--account", "acme", "--key-id", "key_0"), "No API key of this account has this id"),
        (("rotate-key", "--account", "acme", "--key-id", "x", "--overlap-seconds", "-1"), "from 0 to 604800"),
        (("redrive", "--local", "accounts"), "send the URL that `make local` prints"),
        (
            ("accounts", "--local", "http://127.0.0.1:1"),
            "no stack runs at http://127.0.0.1:1: start",
        ),
    ],
)
def test_what_is_refused(run: Run, words: tuple[str, ...], sentence: str) -> None:
    run("create-key", "--account", "acme")
    assert sentence in fails(run, *words)


def test_a_stack_must_be_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATCHREEL_ACCOUNTS_TABLE")
    assert "name the deployed stack in BATCHREEL_STACK" in fails(run, "accounts")


def test_plans_are_shown_as_they_can_be_put(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = json.loads(run("plans"))
    assert list(shown) == ["free", "plus", "pro", "admin"]
    run("create-key", "--account", "acme", "--plan", "free")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(shown["free"] | {"keys": 3})))
    assert run("put-plan", "--name", "free", "-") == "plan free is in force for 1 accounts\n"
    assert register.plan_of("acme").keys == json.loads(run("plans"))["free"]["keys"] == 3
    file = tmp_path / "own.json"
    file.write_text(json.dumps(shown["pro"]))
    assert run("put-plan", "--name", "own", str(file)) == "plan own is in force for 0 accounts\n"
    run("set-plan", "--account", "acme", "--plan", "own")
    assert "give other plans first to those that have own: acme" in fails(run, "delete-plan", "--name", "own")
    run("set-plan", "--account", "acme", "--plan", "free")
    assert run("delete-plan", "--name", "own") == "plan own is deleted\n"
    assert run("delete-plan", "--name", "free") == "plan free is as shipped, for 1 accounts\n"
    assert register.plan_of("acme") == plans.shipped()["free"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("Gold!", "{}", "a plan's name is"),
        ("gold", "[]", "The body must be a JSON object"),
        ("gold", "{}", "this field is required"),
        ("gold", '{"speed": 1}', "this field is required"),
    ],
)
def test_what_is_no_plan(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, text: str, sentence: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert sentence in fails(run, "put-plan", "--name", name, "-")
    assert plans.find(name) is None


def test_a_file_that_is_not_there(run: Run) -> None:
    assert "No such file" in fails(run, "put-plan", "--name", "own", "/nowhere/own.json")


def test_when_aws_does_not_answer(run: Run) -> None:
    with refusing("dynamodb", "Scan"):
        assert fails(run, "accounts").startswith("AWS did not do it: ")


def test_the_dead_letters_of_a_deployed_stack(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of this stack alone, however others are called. moto moves no messages, so none lies there."""
    for stack in ("mine", "mine-too"):
        boto3.client("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps(QUEUES))
    monkeypatch.setenv("BATCHREEL_STACK", "mine")
    main(["redrive"])
    [line] = capsys.readouterr().out.splitlines()
    assert re.fullmatch("mine-Dead-[^-:]+: 0 messages go back", line)


DEAD = {"Fn::GetAtt": ["Dead", "Arn"]}
POLICY = {"RedrivePolicy": {"deadLetterTargetArn": DEAD, "maxReceiveCount": 5}}
QUEUES = {
    "Resources": {
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Work": {"Type": "AWS::SQS::Queue", "Properties": POLICY},
    },
    "Outputs": {"AccountsTable": {"Value": "a-table"}},
}
