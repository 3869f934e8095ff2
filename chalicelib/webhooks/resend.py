"""A delivery made once more because somebody asks for it: one attempt, beside whatever the schedule does."""

from __future__ import annotations

from typing import Final

from chalicelib.batches import finish
from chalicelib.errors import Conflict, NotFound
from chalicelib.webhooks import deliveries, event, order, recipients
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.attempts import MANUAL
from chalicelib.webhooks.deliveries import Delivery
from chalicelib.webhooks.recipients import Cancelled

MOST_ATTEMPTS: Final = 100
"""Of a delivery, with those of its schedule."""
_WHY: Final = {
    Cancelled.SUBJECT_DELETED: ("JOB_DELETED", "The job or batch that it tells of has been deleted"),
    Cancelled.SUPERSEDED: (
        "SUPERSEDED",
        "The job or batch was retried since: it is told of anew when it has ended",
    ),
    Cancelled.ENDPOINT_DELETED: ("ENDPOINT_DELETED", "The endpoint has been deleted"),
    Cancelled.ENDPOINT_DISABLED: ("ENDPOINT_DISABLED", "The endpoint is disabled: enable it first"),
}


def resend(account: str, address: Address, run: str) -> None:
    """`run`: 16 hex digits; starting the same one again changes nothing. Raises NotFound, Conflict.

    The receiver knows the event a moment before the log does, so that a delivery without a row may be sent
    again, too."""
    known = deliveries.get(address)
    if known and known.account != account:
        raise _not_found()
    if known and known.attempts >= MOST_ATTEMPTS:
        tried = f"It has been tried {known.attempts} times: no more than {MOST_ATTEMPTS} attempts are made"
        raise Conflict(tried, code="TOO_MANY_ATTEMPTS")
    _require_recipient(account, address, known)
    first = order.request(address, f"{MANUAL}-{run}", account)
    finish.start(f"res_{run}", {"scope": "resend", "deliveries": [first]})


def _require_recipient(account: str, address: Address, known: Delivery | None) -> None:
    found = event.find(address, account)
    if found and found.account != account:
        raise _not_found()
    recipient = recipients.find(found, address) if found else Cancelled.SUBJECT_DELETED
    if not isinstance(recipient, Cancelled):
        return
    if known is None or recipient is Cancelled.NO_SUCH_URL:
        raise _not_found()
    code, message = _WHY[recipient]
    raise Conflict(message, code=code)


def _not_found() -> NotFound:
    return NotFound("No delivery has this id", code="DELIVERY_NOT_FOUND")
