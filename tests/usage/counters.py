"""Counters of keys and quotas, as the limiter and the quota write them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from chalicelib import aws
from chalicelib.settings import settings


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def set_up(account: str, *keys: str, retired: tuple[str, ...] = (), rate: int | None = None) -> None:
    """Each key's id is its own text, and its name `name of <key>`."""
    row: dict[str, Any] = {"pk": {"S": f"A#{account}"}, "sk": {"S": "#"}}
    row |= {"keys": {"SS": [key_hash(key) for key in keys]}} if keys else {}
    row |= {"retired": {"SS": [key_hash(key) for key in retired]}} if retired else {}
    aws.dynamodb().put_item(TableName=settings().accounts_table, Item=row)
    for key in (*keys, *retired):
        given = {"account": {"S": account}, "key_id": {"S": key}, "name": {"S": f"name of {key}"}}
        given |= {"rate": {"N": str(rate)}} if rate is not None else {}
        for name, value in given.items():
            _update(f"K#{key_hash(key)}", "#", f"SET #{name} = :v", {f"#{name}": name}, {":v": value})


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
