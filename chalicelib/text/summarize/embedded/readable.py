"""A spoken segment as a sentence to read: nothing is added, only what stands about is taken away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.text.clauses import clauses, plain
from chalicelib.text.connectives import ENDINGS, TURNS
from chalicelib.text.segments import Segment, closed, ends_sentence

MOST_CHARACTERS = 600

_FILLERS = {
    "en": re.compile(r"\s*(?<!\w)(?:u+h*m+|uh+|erm|mm+-?h*m*|hmm+),?(?!\w)", re.IGNORECASE),
    "de": re.compile(r"\s*(?<!\w)(?:äh+m*|öh+m*|hm+),?(?!\w)", re.IGNORECASE),
    "fr": re.compile(r"\s*(?<!\w)(?:euh+|hm+),?(?!\w)", re.IGNORECASE),
}
_LEADING = {
    language: re.compile(rf"(?:(?:(?:{words})\s+)*(?:{words})[,.!…]+\s+)+", re.IGNORECASE)
    for language, words in (
        ("en", "so|and|but|well|okay|ok|yeah|yes|right|alright|oh|exactly|sure|agreed|hello|hi"),
        ("de", "und|aber|also|ja|naja|genau|okay|ok|nun|tja"),
        ("fr", "et|mais|donc|alors|bon|ben|voilà|oui|ok|eh bien"),
        ("es", "y|pero|pues|entonces|bueno|sí|ok"),
        ("pt", "e|mas|então|bom|sim|ok"),
        ("it", "e|ma|quindi|allora|sì|ok"),
        ("nl", "en|maar|dus|nou|ja|oké|ok"),
        ("ru", "и|а|но|ну|вот|да|итак"),
    )
}
"""What only leads to a sentence. A comma tells: `Well water is hard` and `But for the dam` need the word."""
_LONE_I = re.compile(r"(?<![\w.])i(?=\s|$|'(?:m|ve|d|ll)\b)")
_STOPS = {"ja": "。", "ko": "."}
_COMMAS = " ,;:，、；،؛"
_SILENCE = 1.0
"""Seconds in which no caption is shown."""
_WORDS_LEFT = 3
_FRAGMENT = 4
"""A sentence of fewer words, before another one, is an answer, a call or half a thought."""


def sentence(segments: Sequence[Segment], index: int, language: str, punctuated: bool) -> str:
    """What is not surely a whole sentence has an ellipsis where it may be cut off."""
    segment = segments[index]
    before = segments[index - 1] if index else None
    after = segments[index + 1] if index + 1 < len(segments) else None
    told = language if not punctuated else ""
    text = _without_fillers(segment.text, language)
    text = _without_leading(_without_fragments(text) if punctuated else text, language)
    shown = _shortened(_LONE_I.sub("I", text) if told == "en" else text)
    if not closed(segment.text) and not shown.endswith("…"):
        whole = _ends(segment, after, told)
        shown = shown.rstrip(_COMMAS) + (_stop(language) if whole else " …")
    begins = before is None or _parted(before, segment, told)
    return shown[:1].upper() + shown[1:] if begins else f"… {shown}"


def _stop(language: str) -> str:
    return _STOPS.get(language, "." if language in TURNS else "")


def _ends(segment: Segment, after: Segment | None, language: str) -> bool:
    """Whether a sentence surely ends with it; a talk may break off, and so may a speaker."""
    whole = clauses(language).may_end(plain(segment.text.split()[-1]))
    return whole and (after is None or _parted(segment, after, language))


def _parted(before: Segment, after: Segment, language: str) -> bool:
    """Whether one sentence surely ends and another begins between two segments. `language`: whose words are
    to tell it; empty where there are full stops."""
    if before.speaker != after.speaker or after.start - before.end >= _SILENCE or closed(before.text):
        return True
    if before.text.endswith(ENDINGS.get(language, ())):
        return True
    first, second = [*map(plain, after.text.split(None, 2)[:2]), ""][:2]
    return clauses(language).begins(plain(before.text.split()[-1]), first, second)


def _without_fragments(text: str) -> str:
    """Without the very short sentences that stand before the first long one: `It did.`, `Joanne? Ha, yes.`"""
    words = text.split()
    begin = 0
    for i, word in enumerate(words):
        if i - begin >= _FRAGMENT:
            break
        if ends_sentence(word):
            begin = i + 1
    return " ".join(words[begin:]) if 0 < begin <= len(words) - _FRAGMENT else text


def _without_fillers(text: str, language: str) -> str:
    fillers = _FILLERS.get(language)
    clean = fillers.sub("", text).strip(" ,") if fillers else text
    return clean or text


def _without_leading(text: str, language: str) -> str:
    leading = _LEADING.get(language)
    found = leading.match(text) if leading else None
    rest = text[found.end() :] if found else text
    return rest if len(rest.split()) >= _WORDS_LEFT else text


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    cut = text[: MOST_CHARACTERS - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > MOST_CHARACTERS // 2 else cut).rstrip() + "…"
