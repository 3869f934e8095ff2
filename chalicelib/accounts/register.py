"""Accounts and their plans. What changes a plan is copied to the keys it concerns: requests read no more.

Each may be called again after a crash. Whoever writes later wins: a copy of an older plan changes no key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import account_rows, counters, key_reading, key_rows, plans
from chalicelib.accounts.account_rows import Record
from chalicelib.accounts.plan import Plan, changed
from chalicelib.clock import now_ms
from chalicelib.errors import NotFound, ServiceUnavailable
from chalicelib.settings import settings

_TRIES: Final = 10
Choice = tuple[str, Mapping[str, Any]]
"""The name of a plan, and what is different for the account."""


def plan_of(account: str) -> Plan:
    """Of one that is trusted without a key. An account that nobody has made has the default plan."""
    record = account_rows.get(account)
    return record.plan if record else effective(plans.DEFAULT)


def effective(name: str, overrides: Mapping[str, Any] | None = None) -> Plan:
    """Raises NotFound."""
    plan = plans.find(name)
    if plan is None:
        raise NotFound(f"There is no plan {name}", code="PLAN_NOT_FOUND")
    return changed(plan, overrides or {})


def ensure(account: str, plan_name: str = plans.DEFAULT) -> Record:
    """The account as it is, or made with this plan. Raises NotFound for the plan, and ValueError for a name
    that no account may have."""
    if not account_rows.well_formed(account):
        raise ValueError("an account name is 1 to 64 letters, digits, dots, dashes or underscores")
    if found := account_rows.get(account):
        return found
    row = account_rows.planned(plan_name, {}, effective(plan_name))
    row |= {"revision": {"N": "1"}, "created_at": {"N": str(now_ms())}}
    try:
        aws.dynamodb().put_item(
            TableName=settings().accounts_table,
            Item=account_rows.address(account) | row,
            ConditionExpression="attribute_not_exists(pk)",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return there(account)
    return refresh(account)


def set_plan(account: str, plan_name: str, overrides: Mapping[str, Any]) -> Record:
    """Raises NotFound for the account and for the plan."""
    return _settle(account, lambda _: (plan_name, overrides))


def refresh(account: str) -> Record:
    """After a change of its plan's document. Raises NotFound."""
    return _settle(account, lambda record: (record.plan_name, record.overrides))


def refresh_all(plan_name: str) -> int:
    """How many accounts have the plan."""
    concerned = [record.account for record in account_rows.every() if record.plan_name == plan_name]
    for account in concerned:
        refresh(account)
    return len(concerned)


def _settle(account: str, choose: Callable[[Record], Choice]) -> Record:
    """Until what is written is what the plan's document says at the end: it may change meanwhile."""
    for _ in range(_TRIES):
        record = there(account)
        name, overrides = choose(record)
        plan = effective(name, overrides)
        written = _written(record, name, overrides, plan)
        if written:
            _copy(written)
            if effective(name, overrides) == plan:
                return written
    raise ServiceUnavailable(f"The account {account} is being changed by many at once")


def there(account: str) -> Record:
    """Raises NotFound."""
    if record := account_rows.get(account):
        return record
    raise NotFound(f"There is no account {account}", code="ACCOUNT_NOT_FOUND")


def _written(record: Record, name: str, overrides: Mapping[str, Any], plan: Plan) -> Record | None:
    """None if somebody else was faster."""
    if (record.plan_name, record.overrides, record.plan) == (name, overrides, plan):
        return record
    new = account_rows.planned(name, overrides, plan)
    sets = ", ".join(f"#{attribute} = :{attribute}" for attribute in new)
    try:
        answer = aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=account_rows.address(record.account),
            UpdateExpression=f"SET {sets} ADD revision :one",
            ConditionExpression="revision = :seen",
            ExpressionAttributeNames={f"#{attribute}": attribute for attribute in new},
            ExpressionAttributeValues={
                **{f":{attribute}": value for attribute, value in new.items()},
                ":one": {"N": "1"},
                ":seen": {"N": str(record.revision)},
            },
            ReturnValues="ALL_NEW",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    return account_rows.from_row(answer["Attributes"])


def _copy(record: Record) -> None:
    """To the keys there are. One that is made meanwhile is made with this plan, or not made."""
    now = now_ms()
    new = key_rows.values({f":{n}": v for n, v in key_rows.copied(record.plan, record.revision).items()})
    for row in key_reading.raw(record.keys):
        old = counters.left_over(row, now)
        removal = f" REMOVE {', '.join(old)}" if old else ""
        try:
            aws.dynamodb().update_item(
                TableName=settings().accounts_table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression=f"SET #plan = :plan, rate = :rate, revision = :revision{removal}",
                ConditionExpression="attribute_exists(pk) AND revision <= :revision",
                ExpressionAttributeNames={"#plan": "plan"},
                ExpressionAttributeValues=new,
            )
        except aws.dynamodb().exceptions.ConditionalCheckFailedException:
            continue  # a newer plan is there already, or the key is gone
