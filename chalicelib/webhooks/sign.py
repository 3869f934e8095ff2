"""Signatures of webhook requests: Standard Webhooks, and the plain SHA-256 header YT2Text documents."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def headers(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`timestamp` is the attempt's, in seconds; each secret starts with `whsec_`, the newest comes first.

    The Standard Webhooks key is the base64-decoded secret; `X-Webhook-Signature` uses the text of the newest
    as it is, and holds one signature only.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    plain = hmac.digest(secrets[0].encode(), body, hashlib.sha256).hex()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_standard(secret, signed) for secret in secrets),
        "x-webhook-signature": f"sha256={plain}",
    }


def _standard(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
