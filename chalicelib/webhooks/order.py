"""What the state machine hands to a delivery attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.attempts import MANUAL, SCHEDULED


@dataclass(frozen=True)
class Order:
    address: Address
    number: int
    """Of the attempt, within its run."""
    run: str
    tester: str | None
    """The account, of a test."""

    @property
    def trigger(self) -> str:
        return self.run.partition("-")[0]

    @property
    def repeated(self) -> bool:
        """Whether a failure is tried again by the schedule."""
        return self.trigger != MANUAL and not self.address.is_test


def read(request: Mapping[str, Any]) -> Order:
    """`recipient` is the id of an endpoint, or the place of a URL in its request."""
    return Order(
        address=Address(request["event_id"], str(request["recipient"])),
        number=int(request["attempt"]),
        run=request.get("run", SCHEDULED),
        tester=request.get("account"),
    )


def request(address: Address, run: str, account: str) -> dict[str, Any]:
    """The first attempt of a run."""
    return {
        "subject": address.subject,
        "account": account,
        "event_id": address.event_id,
        "recipient": address.recipient,
        "attempt": 1,
        "run": run,
    }
