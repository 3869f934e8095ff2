"""What a request with an Idempotency-Key was answered, for a day: `A#<account>` / `I#<hash of path and key>`.

Orders need none of these: their batch is found by the key itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from chalicelib import aws
from chalicelib.errors import IdempotencyConflict, RequestInProgress
from chalicelib.settings import settings

KEPT_MS: Final = 24 * 3600 * 1000
LOCK_MS: Final = 30_000
"""Longer than API Gateway waits: whoever holds a lock for so long has died."""
_OTHER_BODY = "This Idempotency-Key was used with another request body: send a new key"
_STILL_RUNNING = "The first request with this Idempotency-Key has not been answered yet"
_FREE = "attribute_not_exists(pk) OR kept_until <= :now"
_ABANDONED = "(attribute_not_exists(answer) AND locked_at < :dead AND fingerprint = :fingerprint)"


@dataclass(frozen=True)
class Place:
    """Of one key on one path of one account."""

    account: str
    path: str
    key: str

    @property
    def address(self) -> dict[str, Any]:
        digest = hashlib.sha256(f"{self.path}\0{self.key}".encode()).hexdigest()
        return {"pk": {"S": f"A#{self.account}"}, "sk": {"S": f"I#{digest}"}}


def begin(place: Place, fingerprint: str, now: int) -> bytes | None:
    """The answer that was kept; None for whoever is to carry the request out now, and then to call `keep` or
    `forget`. Raises IdempotencyConflict, RequestInProgress."""
    try:
        aws.dynamodb().put_item(
            TableName=settings().accounts_table,
            Item={
                **place.address,
                "fingerprint": {"S": fingerprint},
                "locked_at": {"N": str(now)},
                "kept_until": {"N": str(now + KEPT_MS)},
                "ttl": {"N": str((now + KEPT_MS) // 1000)},
            },
            ConditionExpression=f"{_FREE} OR {_ABANDONED}",
            ExpressionAttributeValues={
                ":now": {"N": str(now)},
                ":dead": {"N": str(now - LOCK_MS)},
                ":fingerprint": {"S": fingerprint},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException as lost:
        known: Any = lost.response.get("Item", {})
        return _kept(known, fingerprint)
    return None


def _kept(known: dict[str, Any], fingerprint: str) -> bytes:
    if known and known["fingerprint"]["S"] != fingerprint:
        raise IdempotencyConflict(_OTHER_BODY)
    if "answer" not in known:
        raise RequestInProgress(_STILL_RUNNING, retry_after=1)
    answer: bytes = known["answer"]["B"]
    return answer


def keep(place: Place, began: int, answer: bytes) -> None:
    """For who began at that time. Does nothing if another has taken over meanwhile."""
    _mine(place, began, "update_item", {":answer": {"B": answer}}, UpdateExpression="SET answer = :answer")


def forget(place: Place, began: int) -> None:
    """The request came to nothing: the key may be used again."""
    _mine(place, began, "delete_item", {})


def _mine(place: Place, began: int, call: str, values: dict[str, Any], **more: str) -> None:
    try:
        getattr(aws.dynamodb(), call)(
            TableName=settings().accounts_table,
            Key=place.address,
            ConditionExpression="locked_at = :began AND attribute_not_exists(answer)",
            ExpressionAttributeValues={":began": {"N": str(began)}, **values},
            **more,
        )
    except aws.dynamodb().exceptions.ConditionalCheckFailedException:
        pass
