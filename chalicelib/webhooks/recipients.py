"""Who is told: a URL of the request, or an endpoint as it is at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.accounts.secrets import webhook_secrets
from chalicelib.webhooks.addresses import Address
from chalicelib.webhooks.event import Event


class Cancelled(StrEnum):
    """Why nobody is told."""

    SUBJECT_DELETED = "subject_deleted"
    SUPERSEDED = "superseded"
    ENDPOINT_DELETED = "endpoint_deleted"
    ENDPOINT_DISABLED = "endpoint_disabled"
    NO_SUCH_URL = "no_such_url"


@dataclass(frozen=True)
class Recipient:
    url: str
    secrets: tuple[str, ...]
    """Newest first. Of a URL that came with a request, the account's."""


def resolve(event: Event, address: Address, now: int) -> Recipient | Cancelled:
    found = find(event, address)
    if isinstance(found, Endpoint):
        return Recipient(found.url, endpoints.secrets(found, now))
    if isinstance(found, Cancelled):
        return found
    return Recipient(found, webhook_secrets(event.account, now))


def find(event: Event, address: Address) -> Endpoint | Cancelled | str:
    """Without secrets; a string is a URL of the request."""
    if event.superseded:
        return Cancelled.SUPERSEDED
    if address.endpoint_id:
        return _endpoint(event.account, address.endpoint_id)
    place = int(address.recipient)
    return event.urls[place] if place < len(event.urls) else Cancelled.NO_SUCH_URL


def _endpoint(account: str, endpoint_id: str) -> Endpoint | Cancelled:
    endpoint = endpoints.get(account, endpoint_id)
    if endpoint is None:
        return Cancelled.ENDPOINT_DELETED
    return endpoint if endpoint.enabled else Cancelled.ENDPOINT_DISABLED
