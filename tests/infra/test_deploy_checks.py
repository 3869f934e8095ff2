"""What is wrong is told before AWS is asked for anything that costs or changes something."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from chalicelib.settings import model_prices
from infra import architecture, destroy
from infra.admin import __main__ as admin
from infra.cloudformation import Refused
from infra.deploy import __main__ as deploy
from infra.deploy import artifacts, checks, stage_files
from infra.local import template as templates
from tests.conftest import CREDENTIALS, INFRA

ROOT = INFRA.parent
PARAMETERS: dict[str, dict[str, Any]] = templates.whole()["Parameters"]
ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not that of whoever runs the tests; and nobody there who would answer."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")


def fails(*words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        deploy.main(words)
    return str(ended.value)


def package(folder: Path) -> Path:
    layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layer.zip"}}
    document = {"Resources": {"Layer": layer}, "Parameters": PARAMETERS}
    (folder / "template.json").write_text(json.dumps(document))
    (folder / "layer.zip").write_bytes(b"PK")
    return folder


def test_no_package(tmp_path: Path) -> None:
    assert fails("--stage", "dev", "--package", str(tmp_path)) == (
        f"there is no package in {tmp_path}: run `make package` first"
    )


def test_half_a_package(tmp_path: Path) -> None:
    (package(tmp_path) / "layer.zip").unlink()
    assert fails("--stage", "dev", "--package", str(tmp_path)).startswith("layer.zip is missing in")


def test_a_package_of_yesterday(tmp_path: Path) -> None:
    os.utime(package(tmp_path) / "template.json", (0, 0))
    refusal = fails("--stage", "dev", "--package", str(tmp_path))
    assert re.fullmatch(r"\S+ is newer than the package: run `make package` again", refusal)


def test_whatever_the_package_is_made_from_is_looked_at() -> None:
    looked_at = {str(path.relative_to(ROOT)) for path in checks.sources()}
    assert looked_at >= {"app.py", "chalicelib/aws.py", "infra/functions.yaml", "infra/policies/api.json"}
    assert looked_at >= {"requirements.txt", ".chalice/config.json", "infra/finish.asl.json"}
    assert [name for name in looked_at if "__pycache__" in name or "/deployments/" in name] == []


def test_no_region(tmp_path: Path) -> None:
    assert fails("--stage", "dev", "--package", str(package(tmp_path))).startswith("no region is set: export")


def test_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    refusal = fails("--stage", "dev", "--package", str(package(tmp_path)))
    assert refusal.startswith("there are no AWS credentials: run `aws configure`")


OTHERS: dict[str, Callable[[], None]] = {
    "destroy": lambda: destroy.main(["--stage", "dev"]),
    "admin": lambda: admin.main(["accounts"]),
}


@pytest.mark.parametrize("command", OTHERS)
def test_the_other_commands_say_it_too(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_STACK", "batchreel-dev")
    with pytest.raises(SystemExit, match=r"^no region is set: export"):
        OTHERS[command]()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with pytest.raises(SystemExit, match=r"^there are no AWS credentials: run"):
        OTHERS[command]()


def test_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert fails("--stage", "dev", "--check") == (
        "the AWS credentials cannot be used: The config profile (nobody) could not be found"
    )


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert fails("--stage", "dev", "--check").startswith("AWS did not do it: Could not connect")


@pytest.mark.parametrize("check", [["--check"], []], ids=["before", "after"])
def test_a_parameter_that_nobody_knows(check: list[str], tmp_path: Path) -> None:
    words = ["--stage", "dev", "--package", str(package(tmp_path)), *check]
    refusal = fails(*words, "--parameter", "Retention=3")
    assert refusal.startswith("no parameter is called Retention: there are AccessLog, ")
    assert fails(*words, "--parameter", "Retention") == "Retention: send a parameter as Name=value"


@pytest.mark.parametrize("check", [["--check"], []], ids=["before", "after"])
def test_an_architecture_that_is_none(check: list[str], tmp_path: Path) -> None:
    words = ["--stage", "dev", "--package", str(package(tmp_path)), *check]
    assert fails(*words, "--parameter", "Architecture=amd64") == (
        "Architecture=amd64: there are x86_64 and arm64"
    )


def test_the_way_back_takes_no_architecture() -> None:
    refusal = fails("--stage", "dev", "--previous", "--parameter", "Architecture=arm64")
    assert refusal.endswith("leave out ARCHITECTURE")


@pytest.mark.parametrize("check", [["--check"], []], ids=["before", "after"])
@pytest.mark.parametrize(
    "text",
    ["{openai/m:[0.15,0.6]}", "{}}", '{"m": [1]}', '{"m": [1, -2]}', f'{{"m": [1, {10**400}]}}'],
    ids=["quotes", "brace", "one", "negative", "huge"],
)
def test_prices_that_no_function_could_read(text: str, check: list[str], tmp_path: Path) -> None:
    words = ["--stage", "dev", "--package", str(package(tmp_path)), *check]
    refusal = fails(*words, "--parameter", f"ModelPrices={text}")
    assert refusal.startswith(f"ModelPrices={text}: send JSON such as ")
    stage = refusal.partition("put it into the stage's file: ")[2]
    assert model_prices(json.loads(f"{{{stage}}}")["ModelPrices"]) == {"openai/some-model": (0.15, 0.6)}


def test_make_takes_the_quotes_of_prices_away(recorded: Callable[..., list[list[str]]]) -> None:
    check, *_ = recorded("x86_64", "deploy", "STAGE=dev", 'PARAMETERS=ModelPrices={"openai/m":[0.15,0.6]}')
    assert "ModelPrices={openai/m:[0.15,0.6]}" in check


def test_a_stage_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert fails() == "2"
    assert "name the stage: make deploy STAGE=dev or STAGE=prod" in capsys.readouterr().err


@pytest.mark.parametrize("stage", ["staging", "../stages/dev", ""])
def test_a_stage_that_is_not_there(stage: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"there is no infra/stages/{stage}.json, but dev, prod")):
        stage_files.parameters(stage)


@pytest.mark.parametrize("name", ["9x", "a_b", "x" * 65, "-"])
def test_a_stack_cannot_be_called_that(name: str) -> None:
    assert fails("--stage", "dev", "--stack", name, "--check").startswith(f"STACK={name}: a stack's name is")


def test_a_stack_is_called_after_its_stage() -> None:
    assert stage_files.stack_name("prod") == "batchreel-prod"
    assert stage_files.stack_name("prod", "mine") == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "must be one object"),
        ('{"RetentionDays": [1]}', "RetentionDays must be a text, a number, true or false"),
        ('{"RetentionDays": null}', "RetentionDays must be a text, a number, true or false"),
    ],
)
def test_a_stage_that_is_none(text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.json").write_text(text)
    monkeypatch.setattr(stage_files, "FOLDER", tmp_path)
    with pytest.raises(Refused, match=f"^infra/stages/own.json.*{told}"):
        stage_files.parameters("own")


def test_a_stage_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.json").write_text('{"RetentionDays": 3, "IntakeTrustsAccounts": true, "Speech": ""}')
    monkeypatch.setattr(stage_files, "FOLDER", tmp_path)
    assert stage_files.parameters("own") == {
        "RetentionDays": "3",
        "IntakeTrustsAccounts": "true",
        "Speech": "",
    }


@pytest.mark.parametrize("stage", stage_files.known())
def test_the_template_takes_what_a_stage_sets(stage: str) -> None:
    settings = stage_files.parameters(stage)
    architecture.taken_from(settings)
    for name, value in settings.items():
        known = PARAMETERS[name]
        if known["Type"] == "Number":
            assert known.get("MinValue", float(value)) <= float(value) <= known.get("MaxValue", float(value))
        assert value in known.get("AllowedValues", [value])
        assert re.fullmatch(known.get("AllowedPattern", ".*"), value)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "s3.us-east-1.amazonaws.com"),
        ("eu-central-1", "s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_cloudformation_reads_the_template_in_its_region(
    region: str, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": region}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        shelf = artifacts.shelf("", "1" * 12, region)
        uploaded = shelf.upload({"Resources": {}}, tmp_path)
        [key] = [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=shelf.bucket)["Contents"]]
    assert uploaded.url == f"https://{shelf.bucket}.{host}/{key}"


def test_a_bucket_that_a_stranger_took_first() -> None:
    client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        wanted = {"Bucket": "theirs", "ExpectedBucketOwner": "1" * 12}
        stub.add_client_error("head_bucket", "403", http_status_code=403, expected_params=wanted)
        with pytest.raises(Refused, match="the bucket theirs is not yours: name one in BUCKET"):
            artifacts.make(client, "theirs", "1" * 12, "us-east-1")


def test_a_bucket_that_a_stranger_took_meanwhile() -> None:
    client = boto3.client("s3", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error("head_bucket", "404", http_status_code=404)
        place = {"LocationConstraint": "eu-west-1"}
        wanted = {"Bucket": "theirs", "CreateBucketConfiguration": place}
        stub.add_client_error("create_bucket", "BucketAlreadyExists", expected_params=wanted)
        with pytest.raises(ClientError, match="BucketAlreadyExists"):
            artifacts.make(client, "theirs", "1" * 12, "eu-west-1")


def test_a_half_made_bucket_is_made_whole() -> None:
    client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    owned = {"Bucket": "ours", "ExpectedBucketOwner": "1" * 12}
    with Stubber(client) as stub:
        stub.add_response("head_bucket", {}, owned)
        stub.add_response("put_public_access_block", {}, {**owned, "PublicAccessBlockConfiguration": ANY})
        stub.add_response("put_bucket_encryption", {}, {**owned, "ServerSideEncryptionConfiguration": ANY})
        artifacts.make(client, "ours", "1" * 12, "us-east-1")
        stub.assert_no_pending_responses()


def made_by(*words: str) -> list[str]:
    """The commands that make would run, without those that set up the environment."""
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ours = ("infra.package", "infra.deploy", "infra.destroy")
    return [line for line in done.stdout.splitlines() if any(f"-m {name}" in line for name in ours)]


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., list[list[str]]]:
    """What make runs with a stand-in for Python: each command's words. It answers --check as told."""
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        'printf "%s\\t" "$@" >> "$RECORD"; echo >> "$RECORD"\n'
        'case " $* " in *" --check "*) echo "$ANSWER"; test "$ANSWER";; esac\n'
    )
    python.chmod(0o755)

    def run(answer: str, *words: str) -> list[list[str]]:
        record = tmp_path / "record"
        record.unlink(missing_ok=True)
        command = ["make", "-o", ".venv/installed", f"BIN={tmp_path}", *words]
        env = {"PATH": os.environ["PATH"], "RECORD": str(record), "ANSWER": answer}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
        assert (done.returncode == 0) == bool(answer), done.stderr
        return [line.split("\t")[:-1] for line in record.read_text().splitlines()]

    return run


def test_what_make_deploy_says_is_what_is_run(recorded: Callable[..., list[list[str]]]) -> None:
    given = ["--stage", "prod", "--stack", "mine", "--bucket", "zips"]
    more = ["--parameter", "Speech=transcribe", "--parameter", "RetentionDays=3", "--replace-data"]
    words = ("deploy", "STAGE=prod", "STACK=mine", "BUCKET=zips", "REPLACE_DATA=1", "LAYER=wheel")
    check, build, run = recorded("arm64", *words, "PARAMETERS=Speech=transcribe RetentionDays=3")
    assert check == ["-m", "infra.deploy", "--check", *given, *more]
    assert build == ["-m", "infra.package", "--make", "wheel", "--architecture", "arm64"]
    assert run == ["-m", "infra.deploy", *given, *more]


def test_what_cannot_begin_is_not_packaged(recorded: Callable[..., list[list[str]]]) -> None:
    [check] = recorded("", "deploy", "STAGE=prod")
    assert "--check" in check


def test_the_architecture_is_a_word_of_make(recorded: Callable[..., list[list[str]]]) -> None:
    check, _, run = recorded("arm64", "deploy", "STAGE=dev", "ARCHITECTURE=arm64")
    assert check[-2:] == run[-2:] == ["--parameter", "Architecture=arm64"]
    assert recorded("x", "package", "ARCHITECTURE=arm64") == [
        ["-m", "infra.package", "--architecture", "arm64"]
    ]
    assert recorded("x", "package") == [["-m", "infra.package"]]


def test_an_option_is_cleared_by_nothing(recorded: Callable[..., list[list[str]]]) -> None:
    check, *_ = recorded("x86_64", "deploy", "STAGE=dev", "PARAMETERS=AlarmEmail=")
    assert stage_files.assigned(check[check.index("--parameter") + 1 :][:1]) == {"AlarmEmail": ""}


def test_what_make_rollback_and_destroy_run() -> None:
    assert made_by("rollback", "STAGE=dev")[-1].split()[2:] == [
        *("infra.deploy", "--previous", "--stage", '"dev"', "--stack", '""', "--bucket", '""')
    ]
    assert made_by("destroy", "STAGE=dev", "DATA=delete")[-1].split()[2:] == [
        *("infra.destroy", "--stage", '"dev"', "--stack", '""', "--data", '"delete"')
    ]
