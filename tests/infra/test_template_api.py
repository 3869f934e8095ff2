"""The answers that API Gateway gives by itself, its limits, its log and its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local import template
from tests.test_docs import API, TEXT_API

RESOURCES = template.whole()["Resources"]
REST: dict[str, Any] = RESOURCES["RestAPI"]["Properties"]
RESPONSES: dict[str, Any] = REST["GatewayResponses"]
STATUSES = {
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "RESOURCE_NOT_FOUND": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
    "THROTTLED": 429,
    "DEFAULT_5XX": 503,
    "DEFAULT_4XX": None,
}
LATER = (429, 503)


def test_every_kind_of_answer_is_worded() -> None:
    assert {name: each.get("StatusCode") for name, each in RESPONSES.items()} == STATUSES


@pytest.mark.parametrize("name", RESPONSES)
def test_an_answer_suits_both_apis(name: str) -> None:
    """Without `details`: text in one of them, an object in the other."""
    body = json.loads(RESPONSES[name]["ResponseTemplates"]["application/json"])
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    assert body["error"].keys() == {"code", "message"}
    for guide in (API, TEXT_API):
        assert f"`{body['error']['code']}`" in guide


@pytest.mark.parametrize("name", RESPONSES)
def test_who_may_try_again_is_told_when(name: str) -> None:
    headers = RESPONSES[name].get("ResponseParameters", {}).get("Headers", {})
    assert headers == ({"Retry-After": "'5'"} if STATUSES[name] in LATER else {})


def test_requests_are_throttled_on_every_route() -> None:
    [settings] = REST["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ApiRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ApiBurst"}


def test_the_log_is_json_without_ids_and_signatures() -> None:
    log, none = REST["AccessLogSetting"]["Fn::If"][1:]
    line = json.loads(log["Format"])
    assert line["route"] == "$context.resourcePath"
    leaky = ("path", "queryString", "apiKey", "authorizer", "userAgent")
    assert [value for value in line.values() if value.removeprefix("$context.").startswith(leaky)] == []
    assert log["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    assert none == {"Ref": "AWS::NoValue"}


def test_metrics_go_by_the_name_of_the_stack() -> None:
    assert REST["Name"] == REST["DefinitionBody"]["info"]["title"] == {"Ref": "AWS::StackName"}


def test_a_name_of_ones_own_takes_new_tls_only_and_leads_to_the_stage() -> None:
    domain, mapping = RESOURCES["Domain"]["Properties"], RESOURCES["DomainMapping"]["Properties"]
    assert domain["SecurityPolicy"] == "TLS_1_2"
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert domain["RegionalCertificateArn"] == {"Ref": "CertificateArn"}
    assert (mapping["RestApiId"], mapping["Stage"]) == ({"Ref": "RestAPI"}, {"Ref": "RestAPI.Stage"})
    assert "BasePath" not in mapping


def test_the_firewall_stands_before_the_stage() -> None:
    firewall = RESOURCES["Firewall"]
    assert firewall["Condition"] == "HasWebAcl"
    assert firewall["Properties"]["WebACLArn"] == {"Ref": "WebAclArn"}
    assert firewall["Properties"]["ResourceArn"]["Fn::Sub"].endswith(
        "/restapis/${RestAPI}/stages/${RestAPI.Stage}"
    )
