"""The API function may write to rows of accounts, never to API keys or the operator's secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

POLICY = json.loads((Path(__file__).parents[2] / "infra" / "policies" / "api.json").read_text())
ACCOUNTS = {"Fn::GetAtt": ["AccountsTable", "Arn"]}


def statements(action: str) -> list[Any]:
    return [each for each in POLICY["Statement"] if action in each["Action"] and each["Resource"] == ACCOUNTS]


@pytest.mark.parametrize("action", ["PutItem", "UpdateItem", "DeleteItem", "Query"])
def test_only_rows_of_accounts_are_written(action: str) -> None:
    [statement] = statements(f"dynamodb:{action}")
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}}


def test_new_secrets_are_sealed_and_none_is_opened_but_those_of_repeated_answers() -> None:
    allowed = {
        action: each.get("Condition")
        for each in POLICY["Statement"]
        for action in each["Action"]
        if action.startswith("kms:")
    }
    answers = {"StringEquals": {"kms:EncryptionContext:purpose": "answer"}}
    assert allowed == {"kms:Encrypt": None, "kms:Decrypt": answers}
