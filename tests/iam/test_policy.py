"""Policies are judged as IAM judges them, as far as Batchreel's own go."""

from __future__ import annotations

from typing import Any

import pytest

from infra.iam.ask import Ask
from infra.iam.policy import Policy, grants, told

ROWS = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*", "K#*"]}}


def made(*statements: dict[str, Any]) -> Policy:
    return Policy(grants([{"Effect": "Allow", **each} for each in statements], lambda raw: raw))


def rows(*keys: str) -> Ask:
    return Ask("dynamodb:GetItem", "table/t", {"dynamodb:LeadingKeys": keys})


def test_an_action_is_allowed_on_its_resources_alone() -> None:
    policy = made({"Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["b/jobs/*", "b/x"]})
    assert policy.uses(Ask("s3:GetObject", "b/jobs/1/2")) == {"s3:GetObject b/jobs/*"}
    assert policy.uses(Ask("s3:PutObject", "b/x")) == {"s3:PutObject b/x"}
    assert policy.uses(Ask("s3:GetObject", "b/xy")) == set()
    assert policy.uses(Ask("s3:DeleteObject", "b/x")) == set()


def test_rows_are_allowed_when_all_of_them_are() -> None:
    policy = made({"Action": "dynamodb:GetItem", "Resource": "table/t", "Condition": ROWS})
    named = "dynamodb:GetItem table/t if dynamodb:LeadingKeys is "
    assert policy.uses(rows("A#acme")) == {named + "A#*"}
    assert policy.uses(rows("A#acme", "K#1")) == {named + "A#*", named + "K#*"}
    assert policy.uses(rows("A#acme", "S#youtube")) == set()
    assert [name for grant in policy.grants for name in grant.names] == [named + "A#*", named + "K#*"]


def test_a_value_that_must_be_there() -> None:
    condition = {"StringEquals": {"kms:EncryptionContext:purpose": "answer"}}
    policy = made({"Action": "kms:Decrypt", "Resource": "key", "Condition": condition})
    assert policy.uses(Ask("kms:Decrypt", "key", {"kms:EncryptionContext:purpose": ("answer",)}))
    assert not policy.uses(Ask("kms:Decrypt", "key", {"kms:EncryptionContext:purpose": ("other",)}))
    assert not policy.uses(Ask("kms:Decrypt", "key"))


def test_the_second_of_two_grants_is_never_used() -> None:
    policy = made(
        {"Action": "sqs:SendMessage", "Resource": "q"},
        {"Action": "sqs:SendMessage", "Resource": "q*"},
    )
    assert policy.uses(Ask("sqs:SendMessage", "q")) == {"sqs:SendMessage q"}


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Action": "a:b", "Resource": "*"},
        {"NotAction": "a:b", "Action": "a:b", "Resource": "*"},
        {"Action": "a:b", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    ],
)
def test_what_is_not_known_of_iam_is_no_silent_permission(statement: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        made(statement)


def test_resources_are_told_in_few_words() -> None:
    assert told({"Fn::GetAtt": ["BatchesTable", "Arn"]}) == "BatchesTable"
    assert told({"Fn::Sub": "${Bucket.Arn}/jobs/*"}) == "${Bucket.Arn}/jobs/*"
    assert told({"Fn::Split": [",", {"Fn::Join": ["", ["arn:", {"Ref": "Buckets"}]]}]}) == "Buckets"
