"""POST /uploads: where to send a file that a job is to have as its source."""

from __future__ import annotations

import re
from typing import Annotated, Any

from chalice.app import Response
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chalicelib.api import bodies, idempotency
from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import FACE
from chalicelib.api.audio_v1.models import Filename
from chalicelib.api.bodies import Strict
from chalicelib.api.envelopes import enveloped, success
from chalicelib.audio import inbox, inbox_items
from chalicelib.clock import iso, now_ms
from chalicelib.settings import settings

ANY_BYTES = "application/octet-stream"
_MEDIA = re.compile(r"(audio|video)/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII | re.IGNORECASE)
_OTHER_TYPES = (ANY_BYTES, "application/mp4", "application/ogg", "application/vnd.ms-asf")


def _size(size: int) -> int:
    most = inbox.most_bytes()
    if size > most:
        why = f"must be at most {most:,} bytes: a file is sent by one PUT, uploads in parts are not offered"
        raise PydanticCustomError("size", "{why}", {"why": why})
    return size


def _content_type(text: str) -> str:
    if text not in _OTHER_TYPES and not _MEDIA.fullmatch(text):
        listed = ", ".join(_OTHER_TYPES[:-1])
        why = f"must be audio/…, video/…, {listed} or {_OTHER_TYPES[-1]}, without parameters"
        raise PydanticCustomError("content_type", "{why}", {"why": why})
    return text


class UploadBody(Strict):
    size: Annotated[int, Field(ge=1), AfterValidator(_size)]
    contentType: Annotated[str, AfterValidator(_content_type)] = ANY_BYTES  # noqa: N815 as the contract spells
    filename: Filename | None = None


@enveloped
def create(request: Any) -> Response:
    account = caller(request)
    body = bodies.read(UploadBody, request.raw_body, lambda *_: "INVALID_REQUEST")
    now = now_ms()
    upload, repeated = inbox_items.announce(
        account.id,
        size=body.size,
        content_type=body.contentType,
        filename=body.filename,
        idempotency=idempotency.key_for(request.headers, f"{FACE}/uploads"),
        now=now,
    )
    data = {
        "uploadId": upload.id,
        "method": "PUT",
        "url": inbox.link(upload),
        "headers": upload.headers,
        "expiresAt": iso(now + settings().upload_seconds * 1000),
        "maxBytes": inbox.most_bytes(),
    }
    headers = {"Idempotent-Replayed": "true"} if repeated else None
    return success(data, 201, "Upload created: send the file to its url", headers)
