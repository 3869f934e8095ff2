"""A request body as a checked model, and what is wrong with it in one sentence that names the place."""

from __future__ import annotations

import json
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
_SHAPE = frozenset({"missing", "extra_forbidden", "model_type", "list_type"})


class Strict(BaseModel):
    """Unknown fields and near-miss types are refused: nothing is accepted and then ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read(model: type[M], body: bytes, code_of: CodeOf) -> M:
    """Raises InvalidRequest: its message is about the first fault, `details` lists up to ten."""
    if not body.strip():
        raise InvalidRequest("The request has no body: send a JSON object")
    document = _parse(body)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = sorted(error.errors(include_url=False, include_input=False), key=_rank)
    sentences = [_sentence(fault) for fault in faults[:_MOST]]
    first = faults[0]
    code = code_of(first["loc"], first["type"] not in _SHAPE)
    details = "; ".join(sentences) if len(sentences) > 1 else None
    raise InvalidRequest(sentences[0], code=code, details=details)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_without_repeats, parse_constant=_no_such_number)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidRequest(f"The body is not valid JSON: {why}") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a field given twice one would be ignored, and nobody could say which."""
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands there twice")
    return document


def _no_such_number(text: str) -> Any:
    raise ValueError(f"{text} is not a JSON number")


def _rank(fault: Any) -> int:
    """An unknown field matters less than what is wrong with a known one."""
    return {SENTENCE: 0, "extra_forbidden": 2}.get(fault["type"], 1)


def _sentence(fault: Any) -> str:
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
