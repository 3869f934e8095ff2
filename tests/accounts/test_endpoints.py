"""Saved webhook endpoints: what is kept of them, and who is told."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.accounts import endpoints
from chalicelib.accounts.endpoint_rows import Endpoint
from chalicelib.errors import Conflict, NotFound
from tests.batches.aws_faults import hooked
from tests.conftest import Cloud

URL = "https://example.com/hook"
NOW = 1_800_000_000_000
pytestmark = pytest.mark.usefixtures("cloud")


def made(account: str = "acme", events: tuple[str, ...] = (), now: int = NOW) -> Endpoint:
    return endpoints.create(account, URL, events, "", now)[0]


def read(endpoint: Endpoint) -> Endpoint:
    found = endpoints.get(endpoint.account, endpoint.id)
    assert found
    return found


def test_an_endpoint_is_read_as_it_was_made() -> None:
    endpoint, secret = endpoints.create("acme", URL, ("job.failed",), "Käse", NOW)
    assert read(endpoint) == endpoint
    assert (endpoint.enabled, endpoint.events, endpoint.description) == (True, ("job.failed",), "Käse")
    assert (endpoint.created_at, endpoint.updated_at, endpoint.failing_since) == (NOW, NOW, None)
    assert endpoints.secrets(read(endpoint), NOW) == (secret,)


def test_they_are_listed_oldest_first_and_each_account_has_its_own() -> None:
    first, second = made(now=NOW), made(now=NOW + 1)
    other = made("other")
    assert endpoints.listed("acme") == [first, second]
    assert endpoints.listed("other") == [other]
    assert endpoints.get("acme", other.id) is None


@pytest.mark.parametrize("odd", ["", "we_", "we_" + "g" * 16, "we_" + "0" * 2000, "#", "webhook-endpoints"])
def test_an_id_of_another_form_leads_nowhere(odd: str) -> None:
    assert endpoints.get("acme", odd) is None


def test_the_events_choose_who_is_told() -> None:
    all_of_them, some = made(), made(events=("job.failed", "batch.completed"), now=NOW + 1)
    assert endpoints.subscribed("acme", "job.failed") == [all_of_them, some]
    assert endpoints.subscribed("acme", "job.completed") == [all_of_them]
    assert endpoints.subscribed("acme", "webhook.test") == [all_of_them, some]
    assert endpoints.subscribed("nobody", "job.failed") == []


def test_who_is_disabled_is_not_told() -> None:
    endpoint = made()
    assert endpoints.disable("acme", endpoint.id, "gone", NOW + 5)
    assert endpoints.subscribed("acme", "job.failed") == []
    assert (read(endpoint).disabled_reason, read(endpoint).updated_at) == ("gone", NOW + 5)


# ---------------------------------------------------------------- changes


def test_only_what_is_given_changes() -> None:
    endpoint = made(events=("job.failed",))
    changed = endpoints.update("acme", endpoint.id, description="new", now=NOW + 1)
    assert (changed.description, changed.events, changed.url) == ("new", ("job.failed",), URL)
    changed = endpoints.update("acme", endpoint.id, events=(), url=URL + "/2", now=NOW + 2)
    assert (changed.description, changed.events, changed.url) == ("new", (), URL + "/2")
    assert changed.updated_at == NOW + 2
    assert read(endpoint) == changed


def test_enabled_again_it_has_no_past() -> None:
    endpoint = made()
    endpoints.failed(endpoint, NOW)
    endpoints.disable("acme", endpoint.id, "failing", NOW)
    changed = endpoints.update("acme", endpoint.id, enabled=True, now=NOW)
    assert (changed.enabled, changed.disabled_reason, changed.failing_since) == (True, None, None)


def test_the_owner_disables_it_but_does_not_hide_why_it_was() -> None:
    endpoint = made()
    assert endpoints.update("acme", endpoint.id, enabled=False, now=NOW).disabled_reason == "owner"
    endpoints.update("acme", endpoint.id, enabled=True, now=NOW)
    endpoints.disable("acme", endpoint.id, "gone", NOW)
    assert endpoints.update("acme", endpoint.id, enabled=False, now=NOW).disabled_reason == "gone"


def test_a_new_url_has_not_failed_yet() -> None:
    endpoint = made()
    endpoints.failed(endpoint, NOW)
    assert endpoints.update("acme", endpoint.id, description="x", now=NOW).failing_since == NOW
    assert endpoints.update("acme", endpoint.id, url=URL + "/2", now=NOW).failing_since is None


def test_what_is_deleted_comes_back_by_no_write() -> None:
    endpoint = made()
    endpoints.delete("acme", endpoint.id)
    endpoints.failed(endpoint, NOW)
    assert not endpoints.disable("acme", endpoint.id, "gone", NOW)
    for change in (endpoints.delete, lambda *who: endpoints.update(*who, enabled=True, now=NOW)):
        with pytest.raises(NotFound):
            change("acme", endpoint.id)
    with pytest.raises(NotFound):
        endpoints.rotate("acme", endpoint.id, NOW)
    assert endpoints.listed("acme") == []


def test_another_accounts_endpoint_cannot_be_touched() -> None:
    endpoint = made()
    for change in (endpoints.delete, lambda *who: endpoints.update(*who, enabled=False, now=NOW)):
        with pytest.raises(NotFound):
            change("other", endpoint.id)
    with pytest.raises(NotFound):
        endpoints.rotate("other", endpoint.id, NOW)
    assert read(endpoint) == endpoint


# ---------------------------------------------------------------- how it fares


def test_it_fails_since_its_first_failure_until_a_success() -> None:
    endpoint = made()
    endpoints.failed(endpoint, NOW + 1)
    endpoints.failed(endpoint, NOW + 2)
    assert read(endpoint).failing_since == NOW + 1
    endpoints.succeeded(read(endpoint), NOW + 3)
    assert read(endpoint).failing_since is None


def test_what_is_known_is_not_written() -> None:
    healthy = made()
    endpoints.failed(healthy, NOW)
    failing = read(healthy)
    seen: list[object] = []
    with hooked("before-call.dynamodb", lambda **call: seen.append(call)):
        endpoints.succeeded(healthy, NOW)
        endpoints.failed(failing, NOW)
    assert seen == []


def test_one_of_many_calls_disables_it(cloud: Cloud) -> None:
    endpoint = made()
    said = [endpoints.disable("acme", endpoint.id, reason, NOW) for reason in ("gone", "gone", "failing")]
    assert said == [True, False, False]


def test_who_has_had_a_success_meanwhile_is_not_disabled_as_failing() -> None:
    endpoint = made()
    assert not endpoints.disable("acme", endpoint.id, "failing", NOW)
    endpoints.failed(endpoint, NOW)
    assert endpoints.disable("acme", endpoint.id, "failing", NOW)


# ---------------------------------------------------------------- how many


def test_there_are_at_most_twenty_and_a_deleted_one_makes_room() -> None:
    kept = [made() for _ in range(20)]
    with pytest.raises(Conflict, match="at most 20 endpoints"):
        made()
    assert made("other")
    endpoints.delete("acme", kept[7].id)
    assert made()
    with pytest.raises(Conflict, match="at most 20 endpoints"):
        made()
    assert len(endpoints.listed("acme")) == 20


def meeting(times: int, reason: str = "TransactionConflict") -> Any:
    """What DynamoDB answers to transactions that meet on one row."""
    left = [times]

    def conflict(**_: Any) -> None:
        if left[0]:
            left[0] -= 1
            reasons = [{"Code": reason}, {"Code": "None"}]
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")  # type: ignore[arg-type]

    return hooked("before-call.dynamodb.TransactWriteItems", conflict)


def test_two_that_meet_both_come_through() -> None:
    with meeting(2):
        endpoint = made()
    with meeting(2):
        endpoints.delete("acme", endpoint.id)
    assert endpoints.listed("acme") == []


@pytest.mark.parametrize(("times", "reason"), [(100, "TransactionConflict"), (1, "ThrottlingError")])
def test_what_does_not_end_is_raised(times: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.accounts.transaction._PAUSE", 0)
    with meeting(times, reason), pytest.raises(ClientError):
        made()
    assert endpoints.listed("acme") == []


class Died(BaseException):
    """Nothing catches this, as nothing catches a SIGKILL."""


@pytest.mark.parametrize("call", ["kms.Encrypt", "dynamodb.TransactWriteItems"])
@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_crash_leaves_a_whole_endpoint_or_none(call: str, moment: str) -> None:
    """Also of its place among the twenty: what is left can be deleted, and then twenty fit again."""

    def die(**_: Any) -> None:
        raise Died

    with hooked(f"{moment}.{call}", die), pytest.raises(Died):
        made()
    left = endpoints.listed("acme")
    assert len(left) == ((moment, call) == ("after-call", "dynamodb.TransactWriteItems"))
    for endpoint in left:
        endpoints.rotate("acme", endpoint.id, NOW)
        endpoints.delete("acme", endpoint.id)
    for _ in range(20):
        made()
