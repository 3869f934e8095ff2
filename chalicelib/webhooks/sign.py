"""Signatures of webhook requests: Standard Webhooks, and the plain SHA-256 header YT2Text documents."""

from __future__ import annotations

import base64
import hashlib
import hmac


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`timestamp` is the attempt's, in seconds; `secret` starts with `whsec_`.

    The Standard Webhooks key is the base64-decoded secret; `X-Webhook-Signature` uses its text as it is.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    standard = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    plain = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{standard}",
        "x-webhook-signature": f"sha256={plain}",
    }
