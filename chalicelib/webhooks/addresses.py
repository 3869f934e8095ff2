"""Delivery ids are addresses: of the event, and of who is told of it. Their log is read by them alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.batches import ids

_FORM = re.compile(
    r"dlv_(?P<event>[0-9a-f]{16}_[0-9]{1,6}|test_[0-9a-z]{1,32})_(?P<recipient>[0-9]{1,2}|we_[0-9a-f]{16})"
)
TEST_EVENT = "evt_test_"


@dataclass(frozen=True)
class Address:
    event_id: str
    recipient: str
    """The id of an endpoint, or the place of a URL among those of the request."""

    @property
    def delivery_id(self) -> str:
        return f"dlv_{self.event_id.removeprefix('evt_')}_{self.recipient}"

    @property
    def endpoint_id(self) -> str | None:
        return self.recipient if self.recipient.startswith("we_") else None

    @property
    def is_test(self) -> bool:
        return self.event_id.startswith(TEST_EVENT)

    @property
    def subject(self) -> str:
        """What the event is about: a job, a batch, or, of a test, the endpoint itself."""
        if self.is_test:
            return self.recipient
        digits = self.event_id.removeprefix("evt_").partition("_")[0]
        return f"batch_{digits}" if digits.endswith("000") else f"job_{digits}"

    @property
    def partition(self) -> str:
        """Beside the batch, or, of a test, by the endpoint."""
        found = ids.parse(self.subject)
        return f"B#{found.token}" if found else f"E#{self.recipient}"

    @property
    def sort_key(self) -> str:
        return f"W#{self.event_id}#{self.recipient}"

    @property
    def key(self) -> dict[str, str]:
        return {"pk": self.partition, "sk": self.sort_key}


def of_row(sort_key: str) -> Address:
    _, event_id, recipient = sort_key.split("#")[:3]
    return Address(event_id, recipient)


def parse(delivery_id: str) -> Address | None:
    """None for what is no delivery id. Of a test, only an endpoint can be told."""
    found = _FORM.fullmatch(delivery_id)
    if not found:
        return None
    address = Address(f"evt_{found['event']}", found["recipient"])
    return None if address.is_test and not address.endpoint_id else address
