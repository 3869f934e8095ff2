"""A request's body as this API reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from chalicelib.api import bodies
from chalicelib.api.video_v1.refusals import Refused
from chalicelib.errors import InvalidRequest

M = TypeVar("M", bound=bodies.Strict)


def body(model: type[M], sent: bytes) -> M:
    """Raises InvalidRequest (400) for what is no JSON object, Refused (422) for a wrong one."""
    try:
        return bodies.read(model, sent, _always_the_same)
    except bodies.InvalidBody as error:
        raise Refused(error.message, facts={"errors": list(error.sentences)}) from error


def _always_the_same(location: Sequence[int | str], value_is_wrong: bool) -> str:
    return InvalidRequest.code
