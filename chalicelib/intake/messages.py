"""A message of the intake queue, taken apart. Keys in it are shown to nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from chalicelib.accounts import account_rows
from chalicelib.api import bodies, idempotency
from chalicelib.api.bodies import Strict
from chalicelib.errors import InvalidRequest

MAX_CORRELATION_ID = 255
DEDUPLICATION = "MessageDeduplicationId"


def _account(name: str) -> str:
    if not account_rows.well_formed(name):
        raise PydanticCustomError(
            "account", "must be 1 to 64 letters, digits, dots, dashes or underscores", {}
        )
    return name


class Head(Strict):
    """What a message has beside the body of the call."""

    api: Literal["audio_v1", "video_v1"]
    account: Annotated[str, AfterValidator(_account)] | None = None
    key: SecretStr | None = None
    reply_to: str | None = None
    correlation_id: Annotated[str, Field(min_length=1, max_length=MAX_CORRELATION_ID)] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Message:
    id: str
    receives: int
    """How often it was received, this time included."""
    deduplication: str | None
    document: Mapping[str, Any] = field(repr=False)
    problem: InvalidRequest | None
    """Why it is no JSON object."""

    @property
    def head(self) -> Head:
        """Raises InvalidBody."""
        given = {name: value for name, value in self.document.items() if name in Head.model_fields}
        return bodies.checked(Head, given, _always_the_same)

    @property
    def body(self) -> bytes:
        """Of the HTTP call."""
        rest = {name: value for name, value in self.document.items() if name not in Head.model_fields}
        return json.dumps(rest, ensure_ascii=False).encode()

    @property
    def correlation_id(self) -> str | None:
        """As far as it can be told, even of a message that is wrong elsewhere."""
        given = self.document.get("correlation_id")
        return given if isinstance(given, str) and 0 < len(given) <= MAX_CORRELATION_ID else None

    @property
    def without_key(self) -> dict[str, Any]:
        return {name: value for name, value in self.document.items() if name != "key"}

    def idempotency_key(self, head: Head) -> str:
        """At last the message's own id: what is delivered again makes no second batch.

        Raises InvalidRequest."""
        if head.idempotency_key is not None:
            return idempotency.checked(head.idempotency_key, "idempotency_key")
        if self.deduplication is not None:
            return idempotency.checked(self.deduplication, DEDUPLICATION)
        return self.id


def read(record: Mapping[str, Any]) -> Message:
    """Of Lambda's SQS event."""
    document: dict[str, Any] = {}
    problem = None
    try:
        document = bodies.document(record["body"].encode("utf-8", "surrogatepass"))
    except InvalidRequest as error:
        problem = error
    return Message(
        id=record["messageId"],
        receives=int(record["attributes"]["ApproximateReceiveCount"]),
        deduplication=_deduplication(record),
        document=document,
        problem=problem,
    )


def _deduplication(record: Mapping[str, Any]) -> str | None:
    """What a FIFO queue knows it by, or an attribute of that name: a standard queue has none of its own."""
    own: str | None = record["attributes"].get(DEDUPLICATION)
    sent: Mapping[str, Any] = record.get("messageAttributes") or {}
    return own or sent.get(DEDUPLICATION, {}).get("stringValue")


def _always_the_same(location: Sequence[int | str], value_is_wrong: bool) -> str:
    return InvalidRequest.code
