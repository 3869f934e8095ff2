"""A request body as a checked model, and what is wrong with it in one sentence that names the place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chalicelib.errors import InvalidRequest

M = TypeVar("M", bound=BaseModel)
CodeOf = Callable[[Sequence[int | str], bool], str]
"""The error code for a place in the body; the flag says that a value, not the shape, is wrong."""

SENTENCE = "sentence"
"""Type of an error whose message is the whole answer, without a place before it."""
_MOST = 10
_SHAPE = frozenset({"missing", "extra_forbidden", "model_type", "list_type"})
_MOST_FIELDS: Final = 200
"""Of one object: far more than any has, and few enough to tell the first faults of in no time."""
_MOST_DIGITS: Final = 30
_LONGEST_NAME: Final = 64
_PLAIN_NAME = re.compile(r"\w[\w-]*", re.ASCII)
_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_COMPLAINTS = {
    "extra_forbidden": "unknown field",
    "missing": "this field is required",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "list_type": "must be an array",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_short": "must have at least {min_length} item",
    "too_long": "must have at most {max_length} items",
    "string_too_short": "must have at least {min_length} character",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}


class InvalidBody(InvalidRequest):
    """JSON that is not what the API accepts: one sentence per fault, the first one is the message."""

    def __init__(self, sentences: Sequence[str], code: str) -> None:
        details = "; ".join(sentences) if len(sentences) > 1 else None
        super().__init__(sentences[0], code=code, details=details)
        self.sentences = tuple(sentences)


class Strict(BaseModel):
    """Unknown fields and near-miss types are refused: nothing is accepted and then ignored."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read(model: type[M], body: bytes, code_of: CodeOf) -> M:
    """Raises InvalidRequest for what is no JSON object, InvalidBody (up to ten faults) for a wrong one."""
    return checked(model, document(body), code_of)


def require_none(body: bytes) -> None:
    """Raises InvalidRequest."""
    if body.strip() not in (b"", b"{}"):
        raise InvalidRequest("This request takes no fields: send it without a body")


def document(body: bytes) -> dict[str, Any]:
    """Raises InvalidRequest for what is no JSON object."""
    if not body.strip():
        raise InvalidRequest("The request has no body: send a JSON object")
    parsed = _parse(body)
    if not isinstance(parsed, dict):
        raise InvalidRequest("The body must be a JSON object")
    return parsed


def checked(model: type[M], document: Mapping[str, Any], code_of: CodeOf) -> M:
    """Raises InvalidBody, up to ten faults."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = sorted(error.errors(include_url=False, include_input=False), key=_rank)
    first = faults[0]
    code = code_of(first["loc"], first["type"] not in _SHAPE)
    raise InvalidBody([_sentence(fault) for fault in faults[:_MOST]], code)


def _parse(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_such_number, parse_int=_whole_number
        )
        if _HALF_A_PAIR.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        raise InvalidRequest("The body is not valid JSON: it is nested too deeply") from error
    except UnicodeError as error:
        why = "it is not text in UTF-8, or holds half of a surrogate pair"
        raise InvalidRequest(f"The body is not valid JSON: {why}") from error
    except ValueError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}") from error
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a field given twice one would be ignored, and nobody could say which."""
    if len(pairs) > _MOST_FIELDS:
        raise InvalidRequest(f"The body has an object of over {_MOST_FIELDS} fields: none here has so many")
    document: dict[str, Any] = {}
    for name, value in pairs:
        if name in document:
            raise ValueError(f"{_quoted(name)} stands there twice")
        document[name] = value
    return document


def _whole_number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has over {_MOST_DIGITS} digits")
    return int(digits)


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _rank(fault: Any) -> int:
    """An unknown field matters less than what is wrong with a known one."""
    return {SENTENCE: 0, "extra_forbidden": 2}.get(fault["type"], 1)


def _sentence(fault: Any) -> str:
    if fault["type"] == SENTENCE:
        return str(fault["msg"])
    where = place(fault["loc"])
    return f"{where}: {_complaint(fault)}" if where else _complaint(fault)


def _complaint(fault: Any) -> str:
    known = _COMPLAINTS.get(fault["type"])
    return known.format(**fault.get("ctx", {})) if known else str(fault["msg"])


def place(location: Sequence[int | str]) -> str:
    """`jobs[1].output.format`; a name that is none of ours is quoted, and cut where it is long."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part == "[key]":  # what pydantic says of a key of an object
            text += " (its name)"
        elif len(part) <= _LONGEST_NAME and _PLAIN_NAME.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{_quoted(part)}]" if text else _quoted(part)
    return text


def _quoted(name: str) -> str:
    cut = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    return json.dumps(cut, ensure_ascii=False)
