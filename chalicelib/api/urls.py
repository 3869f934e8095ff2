"""URLs in request bodies: checked before anything is accepted, without looking a name up."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chalicelib import outbound
from chalicelib.errors import OutboundError

MAX_URL = 2048


def reachable(url: str) -> str:
    """Raises PydanticCustomError."""
    return _checked(url, https_only=False)


def _webhook(url: str) -> str:
    return _checked(url, https_only=True)


def _checked(url: str, *, https_only: bool) -> str:
    try:
        outbound.check_url(url, https_only=https_only)
    except OutboundError as error:
        raise PydanticCustomError("url", "{why}", {"why": error.message}) from error
    return url


UrlText = Annotated[str, Field(min_length=1, max_length=MAX_URL)]
SourceUrl = Annotated[UrlText, AfterValidator(reachable)]
WebhookUrl = Annotated[UrlText, AfterValidator(_webhook)]
