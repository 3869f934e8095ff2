"""A request body as a checked model, and what is wrong with it in one sentence that names the place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chalicelib.errors import InvalidRequest

M = TypeVar("M", bound=BaseModel)
CodeOf = Callable[[Sequence[int | str], bool], str]
"""The error code for a place in the body; the flag says that a value, not the shape, is wrong."""

SENTENCE = "sentence"
"""Type of an error whose message is the whole answer, without a place before it."""
_MOST = 10
_SHAPE = frozenset({"missing", "extra_forbidden", "json_invalid", "model_type", "list_type"})


class Strict(BaseModel):
    """Unknown fields and near-miss types are refused: nothing is accepted and then ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read(model: type[M], body: bytes, code_of: CodeOf) -> M:
    """Raises InvalidRequest: its message is about the first fault, `details` lists up to ten."""
    if not body.strip():
        raise InvalidRequest("The request has no body: send a JSON object")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True, include_input=False)
    sentences = [_sentence(fault) for fault in faults[:_MOST]]
    first = faults[0]
    code = code_of(first["loc"], first["type"] not in _SHAPE)
    details = "; ".join(sentences) if len(sentences) > 1 else None
    raise InvalidRequest(sentences[0], code=code, details=details)


def _sentence(fault: Any) -> str:
    if fault["type"] == "json_invalid":
        return f"The body is not valid JSON: {fault['ctx']['error']}"
    if fault["type"] == SENTENCE:
        return str(fault["msg"])
    where = place(fault["loc"])
    if not where:
        return "The body must be a JSON object"
    return f"{where}: {_complaint(fault)}"


def _complaint(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown field"
    if fault["type"] == "missing":
        return "this field is required"
    if fault["type"] == "too_short":
        return f"must have at least {fault['ctx']['min_length']} item"
    if fault["type"] == "literal_error":
        return f"must be {fault['ctx']['expected']}"
    message: str = fault["msg"]
    return message.removeprefix("Value error, ").removeprefix("Input ")


def place(location: Sequence[int | str]) -> str:
    """`jobs[1].output.format`"""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
