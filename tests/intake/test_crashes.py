"""A process may die at any of its AWS calls: an order makes one batch, whose end is told at least once, under
one id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.batches import finish, listing, store, work
from chalicelib.intake import dead_letters, orders
from chalicelib.settings import settings
from tests.batches.conftest import engine
from tests.batches.driver import Context, accept, loaded, receive, recover, work_off
from tests.conftest import Cloud
from tests.faults.crashes import every_crash
from tests.intake import mail

__all__ = ["engine"]


def batches() -> set[str]:
    return {batch.id for batch in listing.batches("acme", "audio_v1", limit=999, offset=0).items}


@pytest.mark.parametrize("handler", [orders, dead_letters])
def test_whoever_takes_an_order_may_die_at_any_call(key: str, handler: Any) -> None:
    """The message is delivered again."""
    records: list[dict[str, Any]] = []
    before: set[str] = set()

    def fresh() -> Callable[[], object]:
        before.clear()
        before.update(batches())
        mail.send(mail.audio(key=key))
        records[:] = mail.records()
        return lambda: handler.handle({"Records": records})

    for _ in every_crash(fresh(), fresh):
        assert handler.handle({"Records": records}) == {"batchItemFailures": []}
        [made] = batches() - before
        replies = [each for each in mail.found_on(settings().replies_queue) if each["type"] == "accepted"]
        mine = [each for each in replies if each["message_id"] == records[0]["messageId"]]
        assert {each["body"]["data"]["batchId"] for each in mine} == {made}


def test_whoever_gives_an_order_up_may_die_at_any_call(key: str) -> None:
    records: list[dict[str, Any]] = []

    def fresh() -> Callable[[], object]:
        mail.send(mail.audio(key=key, colour="red"))
        records[:] = mail.records()
        return lambda: dead_letters.handle({"Records": records})

    for _ in every_crash(fresh(), fresh):
        assert dead_letters.handle({"Records": records}) == {"batchItemFailures": []}
        for queue in (settings().replies_queue, settings().given_up_queue):
            assert records[0]["messageId"] in {each["message_id"] for each in mail.found_on(queue)}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("wish", ["ok", "fail"])
def test_a_worker_may_die_and_the_end_of_its_job_is_still_told(cloud: Cloud, wish: str) -> None:
    accepted: list[Any] = []

    def fresh() -> Callable[[], object]:
        work_off(cloud.clock)
        mail.found_on(mail.url("EventsQueue"))
        accepted.append(accept(cloud.clock, wish, reply_to=settings().replies_queue))
        [message] = receive()
        return lambda: work.process(message["body"], Context(), cloud.clock)

    for _ in every_crash(fresh(), fresh):
        recover(cloud.clock)
        [job] = loaded(accepted[-1])[1]
        for queue in (mail.url("EventsQueue"), settings().replies_queue):
            told = [each["detail"] for each in mail.found_on(queue)]
            mine = [each for each in told if each["batch_id"] == accepted[-1].batch.id]
            assert {each["event_id"] for each in mine} == {job.event_id}
            assert all(each == mine[0] for each in mine)


@pytest.mark.usefixtures("engine")
def test_aggregating_may_die_and_the_end_of_the_batch_is_still_told(cloud: Cloud) -> None:
    accepted: list[Any] = []

    def fresh() -> Callable[[], object]:
        accepted.append(accept(cloud.clock, "ok", reply_to=settings().replies_queue))
        work_off(cloud.clock)
        mail.found_on(settings().replies_queue)
        mail.found_on(mail.url("EventsQueue"))
        request = {"batch_id": accepted[-1].batch.id}
        return lambda: finish.aggregate(request)

    for _ in every_crash(fresh(), fresh):
        finish.aggregate({"batch_id": accepted[-1].batch.id})
        batch = store.get_batch(accepted[-1].batch.token)
        assert batch
        for queue in (mail.url("EventsQueue"), settings().replies_queue):
            ids = {each["detail"]["event_id"] for each in mail.found_on(queue)}
            assert ids == {batch.event_id}
