"""Our signatures, checked by the public library that receivers use."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.accounts import sealed
from chalicelib.webhooks import sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"event":"job.completed","name":"Käse 日本"}'.encode()


def signed(at: int | None = None, body: bytes = BODY) -> dict[str, str]:
    return sign.headers([SECRET], "evt_0123456789abc001_1", at or int(time.time()), body)


def test_the_public_library_accepts_it() -> None:
    assert Webhook(SECRET).verify(BODY, signed())["name"] == "Käse 日本"


def test_the_published_vector_of_the_specification() -> None:
    headers = sign.headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"]


def refused(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize("field", HEADERS)
def test_each_part_is_covered(field: str) -> None:
    headers = signed()
    headers[field] = {"webhook-timestamp": str(int(time.time()) - 1)}.get(field, headers[field][:-2] + "xx")
    refused(headers)


@pytest.mark.parametrize("field", HEADERS)
def test_each_part_is_needed(field: str) -> None:
    headers = signed()
    assert Webhook(SECRET).verify(BODY, headers)
    del headers[field]
    refused(headers)


def test_another_body_is_refused() -> None:
    refused(signed(), BODY + b" ")


@pytest.mark.parametrize("seconds", [-600, 600])
def test_an_old_timestamp_and_one_of_the_future_are_refused(seconds: int) -> None:
    refused(signed(at=int(time.time()) + seconds))


@pytest.mark.parametrize("seconds", [-240, 240])
def test_clocks_may_differ_by_some_minutes(seconds: int) -> None:
    assert Webhook(SECRET).verify(BODY, signed(at=int(time.time()) + seconds))


@pytest.mark.parametrize("change", ["as it is", "unpadded", "without prefix", "neither"])
def test_a_secret_of_ours_may_be_written_in_any_way_that_libraries_take(change: str) -> None:
    secret = sealed.new_secret()
    assert secret.endswith("=")
    headers = sign.headers([secret], "evt_1", int(time.time()), BODY)
    written = secret.rstrip("=") if change in ("unpadded", "neither") else secret
    written = written.removeprefix("whsec_") if change in ("without prefix", "neither") else written
    assert Webhook(written).verify(BODY, headers)


def test_signatures_of_other_kinds_beside_ours_do_not_matter() -> None:
    headers = signed()
    ours = headers["webhook-signature"]
    unknown = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
    wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    assert Webhook(SECRET).verify(BODY, {**headers, "webhook-signature": f"{unknown} {wrong} {ours}"})
    refused({**headers, "webhook-signature": f"{unknown} {wrong}"})


def test_the_plain_header_is_an_hmac_of_the_raw_body() -> None:
    expected = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert signed()["x-webhook-signature"] == f"sha256={expected}"


def test_while_a_secret_is_replaced_either_one_verifies() -> None:
    old = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    headers = sign.headers([SECRET, old], "evt_0123456789abc001_1", int(time.time()), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, old):
        assert Webhook(secret).verify(BODY, headers)
    assert headers["x-webhook-signature"] == signed()["x-webhook-signature"]
    refused(headers, secret="whsec_" + "A" * 32)
