"""How exceptions from the security rules are weighed; `make audit` puts the rules themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import audit
from infra.local import template

EXCEPTED = {
    name: each["Metadata"]["checkov"]["skip"]
    for name, each in template.whole()["Resources"].items()
    if "checkov" in each.get("Metadata", {})
}


def skipping(*rules: str) -> dict[str, Any]:
    return {"Metadata": {"checkov": {"skip": [{"id": rule, "comment": "so"} for rule in rules]}}}


DOCUMENT = {
    "Parameters": {"AccessLog": {"Default": "off"}, "RetentionDays": {"Default": 1}},
    "Resources": {
        "Api": {"Type": "AWS::ApiGateway::RestApi", **skipping("CKV_1")},
        "ApiStage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}}},
        "Queue": {"Type": "AWS::SQS::Queue", **skipping("CKV_2", "CKV_3")},
        "Plain": {"Type": "AWS::SQS::Queue"},
    },
}


def test_exceptions_stand_beside_resources_and_those_of_the_stage_beside_its_api() -> None:
    assert audit.exceptions(DOCUMENT) == {("CKV_1", "ApiStage"), ("CKV_2", "Queue"), ("CKV_3", "Queue")}
    assert audit.exceptions(audit.without_exceptions(DOCUMENT)) == set()


@pytest.mark.parametrize("name", EXCEPTED)
def test_every_exception_has_its_reason(name: str) -> None:
    for skip in EXCEPTED[name]:
        assert skip.keys() == {"id", "comment"}
        assert skip["id"].startswith("CKV_")
        assert len(skip["comment"].split()) > 5
    ids = [skip["id"] for skip in EXCEPTED[name]]
    assert len(set(ids)) == len(ids)


def test_what_is_not_explained_and_what_nothing_needs_are_problems() -> None:
    broken = {("CKV_1", "A"): "Ensure this", ("CKV_2", "A"): "Ensure that"}
    assert audit.problems(broken, {("CKV_1", "A"), ("CKV_2", "A")}) == []
    assert audit.problems(broken, {("CKV_1", "A"), ("CKV_1", "B")}) == [
        "A: CKV_2 Ensure that",
        "B: nothing needs the exception from CKV_1",
    ]


def test_parameters_turn_on_what_they_can() -> None:
    defaults = {n: p["Default"] for n, p in audit.with_everything(DOCUMENT)["Parameters"].items()}
    assert defaults == {"AccessLog": "on", "RetentionDays": 1}


def checker(folder: Path, answer: str) -> str:
    """A program that answers so, and notes what it was called with and given to read."""
    program = folder / "checkov"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, pathlib, sys\n"
        "files = sys.argv[sys.argv.index('--file') + 1:]\n"
        "read = [json.loads(pathlib.Path(each).read_text()) for each in files]\n"
        f"pathlib.Path({str(folder / 'read')!r}).write_text(json.dumps(read))\n"
        f"print({answer!r})\n"
    )
    program.chmod(0o755)
    return str(program)


def results(failed: list[Any], passed: tuple[str, ...] = ("CKV_9",), errors: tuple[str, ...] = ()) -> str:
    found = {"failed_checks": failed, "passed_checks": passed, "parsing_errors": errors}
    return json.dumps({"results": found})


def test_breaches_of_all_documents_are_collected(tmp_path: Path) -> None:
    failed = [{"check_id": "CKV_1", "resource": "AWS::SQS::Queue.Plain", "check_name": "Ensure this"}]
    program = checker(tmp_path, results([*failed, *failed]))
    assert audit.breaches(program, {"a": 1}, {"b": 2}) == {("CKV_1", "Plain"): "Ensure this"}
    assert json.loads((tmp_path / "read").read_text()) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Traceback", "did not run: Traceback"),
        ("[]", "did not run"),
        (results([], errors=("0.json",)), "did not understand"),
        (results([], passed=()), "did not understand"),
    ],
    ids=["no json", "nothing to check", "parsing error", "no rule applied"],
)
def test_a_check_that_was_none_does_not_pass(tmp_path: Path, answer: str, why: str) -> None:
    with pytest.raises(RuntimeError, match=why):
        audit.breaches(checker(tmp_path, answer), {})
