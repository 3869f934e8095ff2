"""Our signatures, checked by the public library that receivers use."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

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


@pytest.mark.parametrize("field", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_part_is_covered(field: str) -> None:
    headers = signed()
    headers[field] = {"webhook-timestamp": str(int(time.time()) - 1)}.get(field, headers[field][:-2] + "xx")
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, headers)


def test_another_body_is_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", signed())


def test_an_old_timestamp_is_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, signed(at=int(time.time()) - 600))


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
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(BODY, headers)
