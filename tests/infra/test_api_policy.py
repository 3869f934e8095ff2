"""The API function may write to rows of accounts and keys, never to plans or the operator's secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.accounts import admission, issuing, keys, register, retiring
from chalicelib.accounts.key_rows import ADMIN
from tests.batches.aws_faults import hooked
from tests.conftest import Cloud

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
ACCOUNTS = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
PERMISSIONS = {"TransactWriteItems": {"PutItem", "UpdateItem", "ConditionCheckItem"}}
NOW = 1_800_000_000_000


def statements(file: str) -> list[Any]:
    found = json.loads((POLICIES / file).read_text())["Statement"]
    return [each for each in found if each["Resource"] == ACCOUNTS]


def rows(file: str, action: str) -> set[str]:
    """Whose rows the action may touch."""
    allowed = [each for each in statements(file) if f"dynamodb:{action}" in each["Action"]]
    conditions = [each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for each in allowed]
    return {beginning for condition in conditions for beginning in condition}


def test_every_statement_names_its_rows() -> None:
    assert [list(each["Condition"]) for each in statements("api.json")] == [["ForAllValues:StringLike"]] * 2


@pytest.mark.parametrize("action", ["GetItem", "PutItem", "UpdateItem"])
def test_rows_of_accounts_and_keys_are_read_and_written(action: str) -> None:
    assert rows("api.json", action) == {"A#*", "K#*"}


def test_no_key_is_deleted_or_searched_for() -> None:
    assert rows("api.json", "DeleteItem") == rows("api.json", "Query") == {"A#*"}


def test_an_order_counts_on_its_key_and_reads_plans() -> None:
    assert rows("intake.json", "UpdateItem") == {"A#*", "K#*"}, "quotas, and the key's own row"
    assert rows("intake.json", "GetItem") == {"A#*", "P#*"}
    assert rows("intake.json", "PutItem") == rows("intake.json", "DeleteItem") == set()


def test_what_keys_take_is_allowed(cloud: Cloud) -> None:
    secret = keys.create("acme")
    called: set[str] = set()
    with hooked("before-call", lambda model, **_: called.add(model.name)):
        key = admission.admit(secret, ADMIN, NOW).key
        new, _ = issuing.rotate(key, 60, NOW, by=key.digest)
        changed = keys.change(new, {"name": "n"}, NOW, by=key.digest)
        retiring.revoke(changed, NOW, by=key.digest)
    needed = {action for name in called for action in PERMISSIONS.get(name, {name})}
    assert needed == {"UpdateItem", "GetItem", "BatchGetItem", "PutItem", "ConditionCheckItem"}
    assert [action for action in needed if "K#*" not in rows("api.json", action)] == []
    with hooked("before-call", lambda model, **_: called.add(model.name)):
        called.clear()
        register.plan_of("nobody")
    assert called == {"GetItem"}


def test_new_secrets_are_sealed_and_none_is_opened_but_those_of_repeated_answers() -> None:
    allowed = {
        action: each.get("Condition")
        for each in json.loads((POLICIES / "api.json").read_text())["Statement"]
        for action in each["Action"]
        if action.startswith("kms:")
    }
    answers = {"StringEquals": {"kms:EncryptionContext:purpose": "answer"}}
    of_accounts = {"StringLike": {"kms:EncryptionContext:account": "*"}}
    assert allowed == {"kms:Encrypt": of_accounts, "kms:Decrypt": answers}
