"""Webhook endpoints that an account has saved: who is told of its jobs and batches, and how they fare.

Rows `A#<account>` / `WE#<id>` of the accounts table. Another account's endpoint does not exist.
"""

from __future__ import annotations

import re
import secrets as chance
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib import aws
from chalicelib.accounts import endpoint_register, sealed
from chalicelib.accounts import endpoint_rows as rows
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.accounts.sealed import Sealed
from chalicelib.errors import NotFound
from chalicelib.settings import settings

_ID: Final = re.compile(r"we_[0-9a-f]{16}")
_THERE: Final = "attribute_exists(pk)"


def create(
    account: str, url: str, events: tuple[str, ...], description: str, now: int
) -> tuple[Endpoint, str]:
    """With its secret, which cannot be read again. Raises Conflict."""
    endpoint_id, secret = f"we_{chance.token_hex(8)}", sealed.new_secret()
    endpoint = Endpoint(
        id=endpoint_id,
        account=account,
        url=url,
        description=description,
        events=events,
        created_at=now,
        updated_at=now,
        sealed=(Sealed(sealed.seal(secret, rows.context(account, endpoint_id))),),
    )
    endpoint_register.add(endpoint)
    return endpoint, secret


def get(account: str, endpoint_id: str) -> Endpoint | None:
    if not _ID.fullmatch(endpoint_id):
        return None
    key = rows.key(account, endpoint_id)
    item = aws.dynamodb().get_item(TableName=_table(), Key=key, ConsistentRead=True).get("Item")
    return rows.from_row(item) if item else None


def listed(account: str) -> list[Endpoint]:
    """Oldest first, by one query: they are few, and fit into one page of it."""
    answer = aws.dynamodb().query(
        TableName=_table(),
        KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
        ExpressionAttributeValues={":pk": {"S": f"A#{account}"}, ":kind": {"S": "WE#"}},
        ConsistentRead=True,
    )
    found = [rows.from_row(item) for item in answer["Items"]]
    return sorted(found, key=lambda endpoint: (endpoint.created_at, endpoint.id))


def subscribed(account: str, event_type: str) -> list[Endpoint]:
    return [each for each in listed(account) if each.enabled and each.wants(event_type)]


def update(
    account: str,
    endpoint_id: str,
    *,
    url: str | None = None,
    events: tuple[str, ...] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
    now: int,
) -> Endpoint:
    """What is None stays. Enabled, or sent elsewhere, it starts without failures. Raises NotFound."""
    given = {"url": url, "events": events, "description": description}
    new = {name: value for name, value in given.items() if value is not None}
    changes = ["updated_at = :now", *(f"#{name} = :{name}" for name in new)]
    values = {":now": now} | {f":{name}": value for name, value in new.items()}
    if enabled is False:
        changes.append("disabled_reason = if_not_exists(disabled_reason, :owner)")
        values[":owner"] = "owner"
    forgotten = ["failing_since"] if enabled or url is not None else []
    forgotten += ["disabled_reason"] if enabled else []
    expression = "SET " + ", ".join(changes) + (f" REMOVE {', '.join(forgotten)}" if forgotten else "")
    changed = _update(account, endpoint_id, expression, values, _THERE, [*new])
    if changed is None:
        raise NotFound("No webhook endpoint has this id", code="ENDPOINT_NOT_FOUND")
    return changed


def delete(account: str, endpoint_id: str) -> None:
    """Raises NotFound."""
    endpoint_register.remove(account, endpoint_id)


def rotate(account: str, endpoint_id: str, now: int) -> str:
    """The new secret. Raises NotFound, RotatedTooOften."""
    return sealed.rotate(rows.key(account, endpoint_id), rows.context(account, endpoint_id), now)


def secrets(endpoint: Endpoint, now: int) -> tuple[str, ...]:
    """Newest first."""
    return sealed.opened(endpoint.sealed, rows.context(endpoint.account, endpoint.id), now)


# ---------------------------------------------------------------- how it fares


def succeeded(endpoint: Endpoint, now: int) -> None:
    """Ends what `failed` began. Writes nothing to an endpoint that was not failing when it was read."""
    if endpoint.failing_since is not None:
        began = {":now": now}
        condition = f"{_THERE} AND failing_since <= :now"
        _update(endpoint.account, endpoint.id, "REMOVE failing_since", began, condition)


def failed(endpoint: Endpoint, now: int) -> None:
    """Since when it fails is when it failed first. Writes nothing to an endpoint that is known to fail."""
    if endpoint.failing_since is None:
        condition = f"{_THERE} AND attribute_not_exists(failing_since)"
        _update(endpoint.account, endpoint.id, "SET failing_since = :now", {":now": now}, condition)


def disable(account: str, endpoint_id: str, reason: str, now: int) -> bool:
    """`gone` or `failing`. True only for the one call that did it.

    An endpoint that has had a success, or has been enabled again, meanwhile is not disabled as `failing`."""
    condition = f"{_THERE} AND attribute_not_exists(disabled_reason)"
    if reason == "failing":
        condition += " AND attribute_exists(failing_since)"
    expression = "SET disabled_reason = :reason, updated_at = :now"
    values = {":reason": reason, ":now": now}
    return _update(account, endpoint_id, expression, values, condition) is not None


def _update(
    account: str,
    endpoint_id: str,
    expression: str,
    values: Mapping[str, Any],
    condition: str,
    names: Sequence[str] = (),
) -> Endpoint | None:
    """As it is now; None if the condition does not hold."""
    spelt: Any = {"ExpressionAttributeNames": {f"#{name}": name for name in names}} if names else {}
    try:
        answer = aws.dynamodb().update_item(
            TableName=_table(),
            Key=rows.key(account, endpoint_id),
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeValues=rows.values(values),
            ReturnValues="ALL_NEW",
            **spelt,
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    return rows.from_row(answer["Attributes"])


def _table() -> str:
    return settings().accounts_table
