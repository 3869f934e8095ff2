"""Every parameter is grouped, explained, checked, and costs nothing unless it is given."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra import audit
from infra.local import template
from infra.local.account import ROOT
from tests.infra.parameters import resolver
from tests.test_docs import OPERATORS

DOCUMENT = template.whole()
PARAMETERS: dict[str, dict[str, Any]] = DOCUMENT["Parameters"]
TABLES = OPERATORS.partition("\n## Parameters\n")[2].partition("\n### Alarms\n")[0]
ALWAYS = {"WorkerConcurrency", "LowConcurrency", "IntakeConcurrency"}


def test_every_parameter_is_in_one_group() -> None:
    groups = DOCUMENT["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_described_and_checked(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter["Description"]
    assert "Default" in parameter
    checks = {"Number": ("MinValue", "AllowedValues"), "String": ("AllowedPattern", "AllowedValues")}
    assert any(check in parameter for check in checks[parameter["Type"]])
    assert ("AllowedPattern" in parameter) is ("ConstraintDescription" in parameter)


@pytest.mark.parametrize("name", [n for n in PARAMETERS if "AllowedPattern" in PARAMETERS[n]])
def test_a_default_keeps_to_its_own_pattern(name: str) -> None:
    assert re.fullmatch(PARAMETERS[name]["AllowedPattern"], PARAMETERS[name]["Default"])


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_in_a_table_of_the_guide(name: str) -> None:
    [row] = [
        line for line in TABLES.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]
    ]
    defaults = row.split("|")[2].replace(",", "").replace("`", "").split()
    assert (
        str(PARAMETERS[name]["Default"] or (0 if PARAMETERS[name]["Type"] == "Number" else "none"))
        in defaults
    )


@pytest.mark.parametrize("name", DOCUMENT["Conditions"])
def test_nothing_more_is_there_unless_it_is_asked_for(name: str) -> None:
    assert not resolver().exists({"Condition": name})
    assert resolver(audit.EVERYTHING).exists({"Condition": name})


@pytest.mark.parametrize("name", audit.EVERYTHING)
def test_what_the_audit_turns_on_may_be_given(name: str) -> None:
    allowed, value = PARAMETERS[name], audit.EVERYTHING[name]
    assert value in allowed.get("AllowedValues", [value])
    assert re.fullmatch(allowed.get("AllowedPattern", ".*"), str(value))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("UploadOrigins", "https://app.example.com,http://localhost:3000", "app.example.com"),
        ("UploadOrigins", "https://*.example.com", "https://app.example.com/path"),
        ("BedrockModel", "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.x-1:0", "two words"),
        ("OpenaiBaseUrl", "https://api.example.com/v1", "ftp://api.example.com"),
        ("ModelPrices", '{"openai/some-model": [0.15, 0.6]}', "0.15"),
        ("DomainName", "api.example.com", "https://api.example.com"),
        ("DomainName", "a.b-c.example", "Api.Example.com"),
        ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/0a-1", "certificate/0a-1"),
        ("HostedZoneId", "Z0123456789ABC", "/hostedzone/Z0123456789ABC"),
        (
            "WebAclArn",
            "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/door/0a-1",
            "arn:aws:wafv2:us-east-1:123456789012:global/webacl/door/0a-1",
        ),
        ("AlarmEmail", "operator@example.com", "a@example.com,b@example.com"),
        ("AlarmTopic", "arn:aws:sns:eu-central-1:123456789012:pages", "pages"),
        ("DangerousAllowNets", "127.0.0.0/8,::1/128", "10.0.0.0/8, 11.0.0.0/8"),
    ],
)
def test_what_is_of_the_wrong_form_is_refused(name: str, good: str, bad: str) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_a_queue_is_read_by_as_many_as_lambda_takes(name: str) -> None:
    assert (PARAMETERS[name]["MinValue"], PARAMETERS[name]["MaxValue"]) == (2, 1000)


@pytest.mark.parametrize(
    ("rule", "given", "refused"),
    [
        ("DomainWithCertificate", {"DomainName": "a.example"}, True),
        ("DomainWithCertificate", {"DomainName": "a.example", "CertificateArn": "arn"}, False),
        ("DomainWithCertificate", {}, False),
        ("ZoneWithDomain", {"HostedZoneId": "Z1"}, True),
        ("ZoneWithDomain", {"HostedZoneId": "Z1", "DomainName": "a.example"}, False),
        ("BudgetWithReader", {"MonthlyBudget": 5}, True),
        ("BudgetWithReader", {"MonthlyBudget": 5, "AlarmTopic": "arn"}, False),
        ("BudgetWithReader", {"MonthlyBudget": 5, "AlarmEmail": "a@b.c"}, False),
    ],
)
def test_parameters_that_need_others_say_so(rule: str, given: dict[str, object], refused: bool) -> None:
    asked = DOCUMENT["Rules"][rule]
    [assertion] = asked["Assertions"]
    conditions = {"When": asked["RuleCondition"], "Then": assertion["Assert"]}
    judge = resolver(given, document={"Parameters": PARAMETERS, "Conditions": conditions})
    applies, holds = (judge.exists({"Condition": name}) for name in ("When", "Then"))
    assert (applies and not holds) is refused
    assert assertion["AssertDescription"]


def test_sites_that_may_upload_are_those_that_are_named() -> None:
    cors = DOCUMENT["Resources"]["Bucket"]["Properties"]["CorsConfiguration"]
    assert resolver().value({"cors": cors}) == {}
    [rule] = cors["Fn::If"][1]["CorsRules"]
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", {"Ref": "UploadOrigins"}]}
    assert (rule["AllowedMethods"], rule["AllowedHeaders"]) == (["PUT"], ["content-type", "if-none-match"])


def test_the_command_that_holds_it_to_rules_is_there() -> None:
    assert "infra.audit" in (ROOT / "Makefile").read_text()
    assert "`make audit`" in OPERATORS
