"""The request bodies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chalicelib.api.bodies import Strict
from chalicelib.api.urls import WebhookUrl

MAX_DESCRIPTION = 200


def _each_once(events: list[str]) -> list[str]:
    if len(set(events)) < len(events):
        raise PydanticCustomError("repeated", "must name each event once")
    return events


Event = Literal["job.completed", "job.failed", "job.cancelled", "batch.completed"]
Events = Annotated[list[Event], AfterValidator(_each_once)]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]


class NewEndpoint(Strict):
    url: WebhookUrl
    events: Events | None = None
    description: Description | None = None


class Changes(Strict):
    url: WebhookUrl | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = None
