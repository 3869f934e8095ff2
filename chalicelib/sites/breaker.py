"""Leaves a way to YouTube alone for a while once it is blocked, for all workers together.

One item of the accounts table per way: `failures`, the blocked answers in a row, and `open_until` (ms). When
that time has passed, the first worker to move it lets one request through; its answer decides.
"""

from __future__ import annotations

from chalicelib import aws
from chalicelib.clock import Clock, iso
from chalicelib.settings import settings
from chalicelib.sites.failures import SiteError

BLOCKED = "YOUTUBE_BLOCKED"
_SAYS_NOTHING = frozenset({"YOUTUBE_TIMEOUT", "YOUTUBE_UNREACHABLE", "PROXY_FAILED"})
_KEPT_SECONDS = 7 * 24 * 3600


class Breaker:
    """For one request. `way` names the way and is no secret."""

    def __init__(self, way: str, clock: Clock) -> None:
        self._key = {"pk": {"S": f"P#{way}"}, "sk": {"S": "#"}}
        self._clock = clock
        self._failed_before = False

    def enter(self) -> None:
        """Raises SiteError while the way is left alone."""
        answer = aws.dynamodb().get_item(TableName=settings().accounts_table, Key=self._key)
        item = answer.get("Item", {})
        failures = int(item["failures"]["N"]) if "failures" in item else 0
        until = int(item["open_until"]["N"]) if "open_until" in item else 0
        self._failed_before = failures > 0
        if failures < settings().breaker_failures:
            return
        if self._clock() >= until:
            if self._take_turn(until):
                return
            until = self._next()
        raise SiteError(BLOCKED, details=f"not asked again before {iso(until)}")

    def note(self, error: SiteError) -> None:
        """What a failed request tells: an error about the video means that YouTube answers."""
        if error.code == BLOCKED:
            self._count()
        elif error.code not in _SAYS_NOTHING:
            self.passed()

    def passed(self) -> None:
        if not self._failed_before:
            return
        aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=self._key,
            UpdateExpression="SET failures = :none REMOVE open_until",
            ExpressionAttributeValues={":none": {"N": "0"}},
        )

    def _count(self) -> None:
        answer = aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=self._key,
            UpdateExpression="ADD failures :one SET #ttl = :ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":ttl": {"N": str(self._clock() // 1000 + _KEPT_SECONDS)},
            },
            ReturnValues="UPDATED_NEW",
        )
        if int(answer["Attributes"]["failures"]["N"]) >= settings().breaker_failures:
            self._open()

    def _open(self) -> None:
        aws.dynamodb().update_item(
            TableName=settings().accounts_table,
            Key=self._key,
            UpdateExpression="SET open_until = :until",
            ExpressionAttributeValues={":until": {"N": str(self._next())}},
        )

    def _take_turn(self, seen: int) -> bool:
        """Whether this worker is the one that may try. The others wait for as long again."""
        table = aws.dynamodb()
        try:
            table.update_item(
                TableName=settings().accounts_table,
                Key=self._key,
                UpdateExpression="SET open_until = :until",
                ConditionExpression="attribute_not_exists(open_until) OR open_until = :seen",
                ExpressionAttributeValues={":until": {"N": str(self._next())}, ":seen": {"N": str(seen)}},
            )
        except table.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _next(self) -> int:
        return self._clock() + settings().breaker_seconds * 1000
