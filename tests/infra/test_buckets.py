"""Buckets of others: the template's policies, its parameters, and the setting that the functions read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.audio import buckets
from chalicelib.errors import OutboundError
from chalicelib.settings import from_environment, settings
from infra import package
from tests.test_settings import NAMES

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
LISTS = {"SourceBuckets": "ReadSources", "DestinationBuckets": "WriteDestinations"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return package.merged()


def resolved(raw: Any, parameters: dict[str, str]) -> Any:
    """As CloudFormation resolves what these policies use."""
    match raw:
        case {"Ref": name}:
            return parameters[name]
        case {"Fn::Split": [delimiter, text]}:
            return resolved(text, parameters).split(delimiter)
        case {"Fn::Join": [delimiter, parts]}:
            return delimiter.join(resolved(parts, parameters))
        case list():
            return [resolved(part, parameters) for part in raw]
    return raw


def statement(document: dict[str, Any], policy: str) -> dict[str, Any]:
    [only] = document["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
    return dict(only)


@pytest.mark.parametrize(("parameter", "policy"), LISTS.items())
@pytest.mark.parametrize(
    ("listed", "arns"),
    [
        ("videos", ["arn:aws:s3:::videos/*"]),
        ("videos,shared/in/2026", ["arn:aws:s3:::videos/*", "arn:aws:s3:::shared/in/2026/*"]),
    ],
)
def test_a_policy_names_the_listed_buckets_and_no_other(
    document: dict[str, Any], parameter: str, policy: str, listed: str, arns: list[str]
) -> None:
    assert resolved(statement(document, policy)["Resource"], {parameter: listed}) == arns
    assert document["Resources"][policy]["Properties"]["Roles"] == [{"Ref": "AudioWorkerRole"}]


@pytest.mark.parametrize(("parameter", "policy"), LISTS.items())
def test_without_a_list_there_is_no_policy(document: dict[str, Any], parameter: str, policy: str) -> None:
    condition = document["Conditions"][document["Resources"][policy]["Condition"]]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
    assert document["Parameters"][parameter]["Default"] == ""


def test_a_policy_allows_what_the_worker_does(document: dict[str, Any]) -> None:
    assert statement(document, "ReadSources")["Action"] == "s3:GetObject"
    assert statement(document, "WriteDestinations")["Action"] == ["s3:PutObject", "s3:AbortMultipartUpload"]


@pytest.mark.parametrize("parameter", LISTS)
def test_the_functions_are_told_the_lists(document: dict[str, Any], parameter: str) -> None:
    variables = document["Globals"]["Function"]["Environment"]["Variables"]
    assert {"Ref": parameter} in variables.values()


@pytest.mark.parametrize("parameter", LISTS)
@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", ()),
        ("videos", ("videos",)),
        ("videos,my.bucket-2/in/Some_thing!", ("videos", "my.bucket-2/in/Some_thing!")),
        ("s3://videos", None),
        ("videos/", None),
        ("videos,,others", None),
        ("videos,", None),
        ("videos, others", None),
        ("Videos", None),
        ("videos/*", None),
        ("videos/${aws:username}", None),
        ("ab", None),
    ],
)
def test_template_and_settings_accept_the_same_lists(
    document: dict[str, Any], parameter: str, text: str, entries: tuple[str, ...] | None
) -> None:
    pattern = document["Parameters"][parameter]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, text)) is (entries is not None)
    variable = {"SourceBuckets": "BATCHREEL_SOURCE_BUCKETS"}.get(parameter, "BATCHREEL_DESTINATION_BUCKETS")
    if entries is None:
        with pytest.raises(ValueError, match=variable):
            from_environment({**NAMES, variable: text})
    else:
        found = from_environment({**NAMES, variable: text})
        assert (found.source_buckets or found.destination_buckets) == entries


@pytest.mark.parametrize(
    ("url", "allowed"), [("s3://videos/a", True), ("s3://shared/in/a", True), ("s3://shared/inside/a", False)]
)
def test_the_service_allows_what_the_policy_does(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, url: str, allowed: bool
) -> None:
    listed = "videos,shared/in"
    for name, value in {**NAMES, "BATCHREEL_SOURCE_BUCKETS": listed}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    arns = resolved(statement(document, "ReadSources")["Resource"], {"SourceBuckets": listed})
    arn = url.replace("s3://", "arn:aws:s3:::")
    assert any(arn.startswith(each.removesuffix("*")) for each in arns) is allowed
    try:
        buckets.source(url)
    except OutboundError:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(
    ("file", "sid", "actions"),
    [
        ("api.json", "UploadsByLink", ["s3:GetObject", "s3:PutObject"]),
        ("worker.json", "Uploads", ["s3:GetObject"]),
    ],
)
def test_who_may_do_what_with_uploads(file: str, sid: str, actions: list[str]) -> None:
    statements = {each["Sid"]: each for each in json.loads((POLICIES / file).read_text())["Statement"]}
    assert statements[sid]["Action"] == actions
    assert statements[sid]["Resource"] == {"Fn::Sub": "${Bucket.Arn}/uploads/*"}


def test_uploads_are_kept_longer_than_a_job_may_name_them(document: dict[str, Any]) -> None:
    """A day to be named, and a day for the job."""
    rules = document["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    [days] = [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "uploads/"]
    assert days == 2
