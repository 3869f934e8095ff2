"""What `make package` makes: linted, complete, and small enough."""

from __future__ import annotations

import importlib.util
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.utils import to_cfn_resource_name

from app import app
from infra import asl, lint, package, zips
from tests.infra.parameters import resolver

SERVED_BY_THE_PLATFORM = ("boto3", "botocore")


@pytest.fixture(scope="module")
def document(packaged: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((packaged / "template.json").read_text())
    return found


def functions(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in document["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            yield name, resource["Properties"]


def test_cfn_lint_finds_nothing_before_the_transform(document: dict[str, Any]) -> None:
    assert lint.findings(document) == ""


def test_cfn_lint_finds_nothing_after_the_transform(document: dict[str, Any]) -> None:
    transformed = lint.transformed(document)
    assert transformed["Resources"]["Finish"]["Type"] == "AWS::StepFunctions::StateMachine"
    assert lint.findings(transformed) == ""


def test_the_state_machine_has_no_loose_ends(document: dict[str, Any]) -> None:
    assert asl.problems(document["Resources"]["Finish"]["Properties"]["Definition"]) == []


def test_every_function_of_the_app_is_there_and_no_phantom(document: dict[str, Any]) -> None:
    named: list[Any] = [*app.event_sources, *app.pure_lambda_functions]
    wanted = {to_cfn_resource_name(each.name) for each in named} | {"APIHandler"}
    assert {name for name, _ in functions(document)} == wanted
    assert all("Handler" in properties for _, properties in functions(document))


def test_every_queue_event_answers_for_single_messages(document: dict[str, Any]) -> None:
    events = [e for _, p in functions(document) for e in p.get("Events", {}).values() if e["Type"] == "SQS"]
    assert len(events) == 10
    for event in events:
        assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        most = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        assert int(resolver().value(most)) >= 2


@pytest.mark.parametrize("kind", ["Audio", "Text"])
def test_messages_stay_invisible_for_six_times_the_workers_time(document: dict[str, Any], kind: str) -> None:
    resources = document["Resources"]
    timeout = resources[f"{kind}Worker"]["Properties"]["Timeout"]
    for priority in ("High", "Normal", "Low"):
        queue = resources[f"{kind}{priority}Queue"]["Properties"]
        assert queue["VisibilityTimeout"] == 6 * timeout
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    letters = resources["DeadLetters"]["Properties"]["Timeout"]
    assert resources[f"{kind}Dlq"]["Properties"]["VisibilityTimeout"] == 6 * letters


@pytest.mark.parametrize(
    ("queue", "function"), [("IntakeQueue", "Intake"), ("IntakeDlq", "IntakeDeadLetters")]
)
def test_orders_stay_invisible_for_six_times_the_functions_time(
    document: dict[str, Any], queue: str, function: str
) -> None:
    timeout = document["Resources"][function]["Properties"]["Timeout"]
    assert document["Resources"][queue]["Properties"]["VisibilityTimeout"] == 6 * timeout


def test_every_function_has_a_role_of_its_own(document: dict[str, Any]) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for _, properties in functions(document)]
    assert len(set(roles)) == len(roles)


def test_the_zip_holds_the_application_and_its_compiled_code_only(packaged: Path) -> None:
    with zipfile.ZipFile(packaged / package.APP) as archive:
        names = archive.namelist()
        size = sum(info.file_size for info in archive.infolist())
        dates = {info.date_time for info in archive.infolist()}
    tops = {name.split("/")[0] for name in names}
    assert {"app.py", "chalicelib", "chalice", "pydantic"} <= tops
    assert not tops & {"tests", "infra", "docs", *SERVED_BY_THE_PLATFORM}
    sources = [name for name in names if name.endswith(".py")]
    assert len([name for name in names if name.endswith(".pyc")]) == len(sources)
    assert size < 0.4 * package.LAMBDA_LIMIT
    assert len(dates) == 1


def test_another_time_in_another_folder_it_is_the_same_zip(packaged: Path, tmp_path: Path) -> None:
    document = package.package_app(tmp_path)
    assert (tmp_path / package.APP).read_bytes() == (packaged / package.APP).read_bytes()
    assert document == json.loads((packaged / "template.json").read_text())


def test_the_same_contents_make_the_same_zip(tmp_path: Path) -> None:
    source = tmp_path / "source.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("b.py", "x = 1\n")
        archive.writestr("a/b.so", b"\x7fELF")
    made = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for target in made:
        zips.add_compiled(source, target)
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert archive.getinfo("a/b.so").external_attr >> 16 == 0o100755


def test_what_its_process_knows_from_elsewhere_changes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("bell.py", "BELL = '\\x07'\n")
    zips.add_compiled(source, tmp_path / "one.zip")
    sys.intern("\x07")  # there is one text of each such character, which is written otherwise from now on
    zips.add_compiled(source, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_compiled_code_runs_without_its_source(tmp_path: Path) -> None:
    source = tmp_path / "s.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("quick.py", "answer = 42\n")
    zips.add_compiled(source, tmp_path / "t.zip")
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "quick.py").write_text("answer = 'compiled again'\n")
    spec = importlib.util.spec_from_file_location("quick", tmp_path / "quick.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.answer == 42
