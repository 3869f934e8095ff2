"""The form of the answer, put together from the modes that are wanted.

Every field is required and no other is allowed, as the strict mode of OpenAI insists on; limits of length
stand in the prompt and are kept by chalicelib.text.summarize.model.check.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NOTES = "notes"
"""Not a mode of ours: what is asked of one part of a transcript that is too long for one call."""

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_CITES = _list({"type": "integer"}) | {"description": "numbers of the lines that support this"}
_POINTS = _list(_object(text=_TEXT, cites=_CITES))
_SECTIONS = _list(_object(heading=_TEXT, points=_POINTS))
_CHAPTERS = _list(_object(chapter={"type": "integer"}, points=_POINTS))
_TERMS = _list(_object(term=_TEXT, definition=_TEXT, cites=_CITES))
_QUESTIONS = _list(_object(question=_TEXT, answer=_TEXT, cites=_CITES))

_FORMS = {
    "tldr": _object(overview=_TEXT, cites=_CITES),
    "brief": _object(overview=_TEXT, points=_POINTS),
    "detailed": _object(overview=_TEXT, sections=_SECTIONS),
    "study_notes": _object(overview=_TEXT, sections=_SECTIONS, terms=_TERMS, questions=_QUESTIONS),
    "timestamped": _object(sections=_SECTIONS),
    "key_insights": _object(points=_POINTS),
    NOTES: _object(points=_POINTS),
}


def schema(modes: Iterable[str], *, chapters: bool) -> Schema:
    """`chapters`: whether the author's own chapters are to be followed."""
    forms = {mode: _FORMS[mode] for mode in modes}
    if chapters and "timestamped" in forms:
        forms["timestamped"] = _object(chapters=_CHAPTERS)
    return _object(language=_TEXT | {"description": "BCP 47 tag of the language written in"}, **forms)
