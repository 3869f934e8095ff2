"""YouTube's timed text: XML, and in it text that is escaped as HTML once more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from chalicelib.text.captions.clean import without_markup
from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue


def cues(text: str) -> Iterator[Cue]:
    """Raises TextError CAPTIONS_EMPTY for what is no XML, as which YouTube holds captions back; and
    CAPTIONS_INVALID."""
    try:
        events = iterparse(io.StringIO(text), events=("start", "end"))
        _, root = next(events)
        for event, element in events:
            if event == "end":
                if element.tag == "text":
                    yield _cue(element)
                root.clear()  # however many there are, they are not kept
    except ParseError as error:
        raise TextError("CAPTIONS_EMPTY") from error
    except DefusedXmlException as error:
        raise TextError("CAPTIONS_INVALID", details="The captions bring entities of their own.") from error


def _cue(element: Element) -> Cue:
    try:
        start, duration = float(element.attrib["start"]), float(element.attrib.get("dur", 0))
    except (KeyError, ValueError):
        raise TextError("CAPTIONS_INVALID", details="The captions have no times.") from None
    return Cue(start, duration, without_markup("".join(element.itertext())))
