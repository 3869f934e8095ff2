from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.local import template

DOCUMENT = """
Parameters:
  Days: {Type: Number, Default: 3}
  Stage: {Type: String, Default: dev}
"""


@pytest.fixture
def resolver(tmp_path: Path) -> template.Resolver:
    file = tmp_path / "t.yaml"
    file.write_text(DOCUMENT)
    known = {"Queue": {"Ref": "url", "Arn": "arn:queue"}}
    return template.Resolver(template.read(file), known.__getitem__)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Days", "3"),
        ("!Ref AWS::StackName", "batchreel"),
        ("!GetAtt Queue.Arn", "arn:queue"),
        ('!Sub "${Queue.Arn}/${Queue}/${AWS::Region}"', "arn:queue/url/us-east-1"),
        ('{"Fn::Join": ["/", [!Ref Stage, x]]}', "dev/x"),
        ('{"Fn::Split": [",", "a,b"]}', ["a", "b"]),
        ('{"Fn::Join": ["-", {"Fn::Split": [",", "a,b"]}]}', "a-b"),
        ("{a: !Ref Stage, b: [!Ref Days, 7]}", {"a": "dev", "b": ["3", 7]}),
    ],
)
def test_functions(resolver: template.Resolver, tmp_path: Path, text: str, value: Any) -> None:
    file = tmp_path / "value.yaml"
    file.write_text(f"value: {text}")
    assert resolver.value(template.read(file)["value"]) == value


CONDITIONS = {
    "Three": {"Fn::Equals": [{"Ref": "Days"}, 3]},
    "Live": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "NotLive": {"Fn::Not": [{"Condition": "Live"}]},
    "Both": {"Fn::And": [{"Condition": "Three"}, {"Condition": "Live"}]},
    "Either": {"Fn::Or": [{"Condition": "Three"}, {"Condition": "Live"}]},
}


@pytest.mark.parametrize(
    ("name", "holds"),
    [("Three", True), ("Live", False), ("NotLive", True), ("Both", False), ("Either", True)],
)
def test_conditions(name: str, holds: bool) -> None:
    parameters = {"Days": {"Default": 3}, "Stage": {"Default": "dev"}}
    known: dict[str, template.Attributes] = {}
    document = {"Parameters": parameters, "Conditions": CONDITIONS}
    resolver = template.Resolver(document, known.__getitem__)
    chosen = {"Fn::If": [name, "yes", {"Ref": "AWS::NoValue"}]}
    assert resolver.exists({"Condition": name}) is holds
    assert resolver.value({"a": chosen, "b": [chosen, 1]}) == (
        {"a": "yes", "b": ["yes", 1]} if holds else {"b": [1]}
    )


def test_without_a_condition_a_resource_is_there(resolver: template.Resolver) -> None:
    assert resolver.exists({"Type": "AWS::SQS::Queue"})
    with pytest.raises(KeyError):
        resolver.exists({"Condition": "Nowhere"})


def test_what_cannot_be_resolved_is_an_error(resolver: template.Resolver) -> None:
    with pytest.raises(NotImplementedError, match="ImportValue"):
        resolver.value({"Fn::ImportValue": "x"})
    with pytest.raises(KeyError):
        resolver.value({"Ref": "Nobody"})


def test_documents_merge_dicts_and_replace_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: {y: {a: 1, b: [1, 2]}, z: 1}")
    (tmp_path / "b.yaml").write_text("x: {y: {b: [3], c: 4}}")
    merged = template.read(tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert merged == {"x": {"y": {"a": 1, "b": [3], "c": 4}, "z": 1}}


def test_parameters_that_are_given_replace_defaults(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(DOCUMENT)
    resolver = template.Resolver(template.read(file), lambda _: {}, {"Stage": "prod"})
    assert [resolver.value({"Ref": name}) for name in ("Stage", "Days")] == ["prod", "3"]
