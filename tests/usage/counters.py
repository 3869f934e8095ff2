"""Counters of keys and quotas, as the limiter and the quota write them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from chalicelib import aws
from chalicelib.accounts import key_rows, register
from chalicelib.accounts.key_rows import Key
from chalicelib.settings import settings


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def set_up(account: str, *keys: str, retired: tuple[str, ...] = (), rate: int | None = None) -> None:
    """Each key is its own secret and id, and its name is `name of <key>`."""
    register.ensure(account, "pro")
    if rate is not None:
        register.set_plan(account, "pro", {"requests_per_hour": rate})
    record = register.there(account)
    for key in (*keys, *retired):
        held = "retired" if key in retired else "keys"
        _update(f"A#{account}", "#", f"ADD #{held} :d", {f"#{held}": held}, {":d": {"SS": [key_hash(key)]}})
        row = key_rows.to_row(
            Key(
                digest=key_hash(key),
                id=key,
                account=account,
                name=f"name of {key}",
                prefix="",
                last_four="",
                scopes=frozenset(key_rows.SCOPES),
                plan=record.plan,
                revision=record.revision,
                created_at=0,
            )
        )
        row |= key_rows.values({"revoked_at": 1}) if key in retired else {}
        aws.dynamodb().put_item(TableName=settings().accounts_table, Item=row)


def admit(key: str, at: int, requests: int = 1) -> None:
    when = moment(at)
    names = {"#h": f"h{at // 3_600_000}", "#d": f"d{when:%Y%m%d}", "#m": f"m{when:%Y%m}"}
    _update(f"K#{key_hash(key)}", "#", "ADD #h :n, #d :n, #m :n", names, {":n": {"N": str(requests)}})


def submit_videos(account: str, key: str, at: int, videos: int) -> None:
    when = moment(at)
    for sort in (f"V#d#{when:%Y%m%d}", f"V#m#{when:%Y%m}"):
        names = {"#all": "videos", "#mine": f"k#{key}"}
        _update(f"A#{account}", sort, "ADD #all :n, #mine :n", names, {":n": {"N": str(videos)}})


def _update(pk: str, sk: str, update: str, names: dict[str, str], values: Any) -> None:
    aws.dynamodb().update_item(
        TableName=settings().accounts_table,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression=update,
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
