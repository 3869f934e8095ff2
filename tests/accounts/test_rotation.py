"""A replaced secret holds for another day beside the new one: checked by the library that receivers use."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib import aws
from chalicelib.accounts import endpoints, secrets
from chalicelib.errors import RotatedTooOften
from chalicelib.settings import settings
from chalicelib.webhooks import sign
from tests.batches.aws_faults import hooked

NOW = 1_800_000_000_000
DAY_MS = 24 * 3600 * 1000
BODY = b'{"event": "webhook.test"}'
pytestmark = pytest.mark.usefixtures("cloud")


@dataclass(frozen=True)
class Owner:
    """Of secrets: the account, or an endpoint of its."""

    first: str
    rotate: Callable[[int], str]
    secrets: Callable[[int], tuple[str, ...]]
    row: dict[str, Any]


def _account() -> Owner:
    return Owner(
        secrets.webhook_secret("acme"),
        lambda now: secrets.rotate("acme", now),
        lambda now: secrets.webhook_secrets("acme", now),
        {"pk": {"S": "A#acme"}, "sk": {"S": "webhook-secret"}},
    )


def _endpoint() -> Owner:
    endpoint, secret = endpoints.create("acme", "https://example.com/hook", (), "", NOW)

    def read(now: int) -> tuple[str, ...]:
        found = endpoints.get("acme", endpoint.id)
        assert found
        return endpoints.secrets(found, now)

    return Owner(
        secret,
        lambda now: endpoints.rotate("acme", endpoint.id, now),
        read,
        {"pk": {"S": "A#acme"}, "sk": {"S": f"WE#{endpoint.id}"}},
    )


@pytest.fixture(params=[_account, _endpoint], ids=["account", "endpoint"])
def owner(request: pytest.FixtureRequest, cloud: object) -> Owner:
    made: Owner = request.param()
    return made


def accepts(secret: str, signed_with: tuple[str, ...]) -> bool:
    headers = sign.headers(signed_with, "evt_1", int(time.time()), BODY)
    try:
        return bool(Webhook(secret).verify(BODY, headers))
    except WebhookVerificationError:
        return False


def test_for_a_day_both_verify_and_then_only_the_new_one(owner: Owner) -> None:
    new = owner.rotate(NOW)
    for moment in (NOW, NOW + DAY_MS - 1):
        assert [accepts(secret, owner.secrets(moment)) for secret in (new, owner.first)] == [True, True]
    assert [accepts(secret, owner.secrets(NOW + DAY_MS)) for secret in (new, owner.first)] == [True, False]


def test_each_replaced_one_ends_a_day_after_it_was_replaced(owner: Owner) -> None:
    hour = DAY_MS // 24
    second = owner.rotate(NOW)
    third = owner.rotate(NOW + hour)
    assert owner.secrets(NOW + hour) == (third, second, owner.first)
    assert owner.secrets(NOW + DAY_MS) == (third, second)
    assert owner.secrets(NOW + DAY_MS + hour) == (third,)


def test_three_older_ones_hold_and_a_fourth_has_to_wait(owner: Owner) -> None:
    for minute in range(3):
        owner.rotate(NOW + minute * 60_000)
    before = owner.secrets(NOW + 180_000)
    with pytest.raises(RotatedTooOften) as refused:
        owner.rotate(NOW + 180_000)
    assert refused.value.retry_after == (DAY_MS - 180_000) // 1000
    assert owner.secrets(NOW + 180_000) == before
    assert len(before) == 4
    assert owner.rotate(NOW + DAY_MS) not in before


def test_two_rotations_at_once_lose_neither_secret(owner: Owner) -> None:
    other: list[str] = []

    def meanwhile(**_: Any) -> None:
        if not other:
            other.append("")
            other[0] = owner.rotate(NOW)

    with hooked("before-call.dynamodb.UpdateItem", meanwhile):
        mine = owner.rotate(NOW)
    assert owner.secrets(NOW) == (mine, other[0], owner.first)


def test_nothing_of_a_secret_is_stored_or_logged(owner: Owner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    new = owner.rotate(NOW)
    item = aws.dynamodb().get_item(TableName=settings().accounts_table, Key=owner.row)["Item"]
    for secret in (new, owner.first):
        assert secret.removeprefix("whsec_")[:16] not in str(item) + caplog.text


def test_kms_is_asked_once_for_each_secret(owner: Owner) -> None:
    owner.rotate(NOW)
    owner.secrets(NOW)
    calls: list[Any] = []
    with hooked("before-call.kms.Decrypt", lambda **call: calls.append(call)):
        owner.secrets(NOW)
    assert calls == []


def test_the_secret_of_one_endpoint_does_not_open_as_anothers() -> None:
    """KMS binds it to its account and endpoint, so that a row that is copied is of no use."""
    one, _ = endpoints.create("acme", "https://example.com/1", (), "", NOW)
    two, _ = endpoints.create("acme", "https://example.com/2", (), "", NOW)
    key = {"pk": {"S": "A#acme"}, "sk": {"S": f"WE#{two.id}"}}
    aws.dynamodb().update_item(
        TableName=settings().accounts_table,
        Key=key,
        UpdateExpression="SET cipher = :other",
        ExpressionAttributeValues={":other": {"B": one.sealed[0].cipher}},
    )
    [_, copied] = sorted(endpoints.listed("acme"), key=lambda each: each.id == two.id)
    with pytest.raises(aws.kms().exceptions.InvalidCiphertextException):
        endpoints.secrets(copied, NOW)
