"""The deliveries of an account, a page at a time, by an index that follows the log after a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib import aws
from chalicelib.batches import items
from chalicelib.settings import settings
from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.deliveries import Delivery, from_row

INDEX: Final = "deliveries"
CHUNK: Final = 100
"""Rows that one query looks at, or more if more are wanted."""
_END: Final = 10**15
"""Milliseconds; later than any delivery."""


@dataclass(frozen=True)
class Place:
    """Where a page ended."""

    created_at: int
    address: Address


@dataclass(frozen=True)
class Filter:
    """A DynamoDB filter: its words and their values. Empty: everything."""

    expression: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    deliveries: list[Delivery]
    after: Place | None
    """None: there are no more."""


@dataclass(frozen=True, kw_only=True)
class Search:
    account: str
    wanted: Filter = Filter()
    since: int = 0
    until: int = _END
    oldest_first: bool = False
    patience: int
    """Queries that one page may take; it is short when few of the rows that it looked at were wanted."""

    def page(self, limit: int, after: Place | None) -> Page:
        found: list[Delivery] = []
        for _ in range(self.patience):
            part = self._query(max(limit, CHUNK), after)
            found += part.deliveries
            after = part.after
            if len(found) > limit:
                last = found[limit - 1]
                return Page(found[:limit], Place(last.created_at, last.address))
            if after is None or len(found) == limit:
                break
        return Page(found, after)

    def _query(self, limit: int, after: Place | None) -> Page:
        values = {":account": self.account, ":since": self.since, ":until": self.until}
        given: dict[str, Any] = {"ExclusiveStartKey": self._start(after)} if after else {}
        if self.wanted.expression:
            given["FilterExpression"] = self.wanted.expression
            named = "#status" in self.wanted.expression
            given |= {"ExpressionAttributeNames": {"#status": "status"}} if named else {}
        answer = aws.dynamodb().query(
            TableName=settings().batches_table,
            IndexName=INDEX,
            KeyConditionExpression="delivery_account = :account AND created_at BETWEEN :since AND :until",
            ExpressionAttributeValues=items.values({**values, **self.wanted.values}),
            ScanIndexForward=self.oldest_first,
            Limit=limit,
            **given,
        )
        last: Any = answer.get("LastEvaluatedKey")
        return Page([from_row(items.plain(item)) for item in answer["Items"]], _place(last))

    def _start(self, after: Place) -> dict[str, Any]:
        where = {"delivery_account": self.account, "created_at": after.created_at}
        return items.values(where | after.address.key)


def _place(key: Mapping[str, Any] | None) -> Place | None:
    if not key:
        return None
    return Place(int(key["created_at"]["N"]), addresses.of_row(key["sk"]["S"]))
