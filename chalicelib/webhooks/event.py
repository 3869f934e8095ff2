"""What is told: that a job or a batch has ended, or that somebody wants to see a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.accounts.endpoint_rows import TEST
from chalicelib.batches import ids, store
from chalicelib.batches.model import Batch, Job
from chalicelib.webhooks.addresses import Address

Render = Callable[[Job | Batch, Batch], bytes]
"""The body of the event that a job, of that batch, or a batch has ended, in the words of its API."""
RenderTest = Callable[[str, int], bytes]
"""The body of a test of that endpoint, at that time in milliseconds."""


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    account: str
    urls: tuple[str, ...]
    """Those of the request, by their place in it."""
    subject: Job | Batch | None
    """None: it is a test."""
    batch: Batch | None
    superseded: bool = False
    """The subject was retried since, so that nobody can tell any more what is to be told."""


def find(address: Address, tester: str | None) -> Event | None:
    """None if the job or batch is gone, or has never ended so. `tester`: the account, of a test."""
    if address.is_test:
        return Event(address.event_id, TEST, tester, (), None, None) if tester else None
    at = ids.parse(address.subject)
    batch = store.get_batch(at.token) if at else None
    if at is None or batch is None:
        return None
    subject = store.get_job(*at) if at.number else batch
    if subject is None:
        return None
    if subject.event_id != address.event_id or subject.ended_at is None:
        return _superseded(subject, address)
    return Event(subject.event_id, subject.event_type, subject.account, subject.webhooks, subject, batch)


def _superseded(subject: Job | Batch, address: Address) -> Event | None:
    earlier = subject.earlier_events.get(address.event_id)
    if earlier is None:
        return None
    return Event(address.event_id, earlier, subject.account, subject.webhooks, None, None, superseded=True)


@dataclass(frozen=True)
class Renderer:
    ended: Render
    test: RenderTest

    def body(self, event: Event, address: Address, now: int) -> bytes:
        if event.subject and event.batch:
            return self.ended(event.subject, event.batch)
        return self.test(address.recipient, now)
