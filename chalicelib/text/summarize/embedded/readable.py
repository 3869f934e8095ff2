"""A spoken segment as a sentence to read: nothing is added, only what stands about is taken away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.text.connectives import CONNECTIVES, ENDINGS, MOSTLY_WITHIN, OPENERS
from chalicelib.text.segments import Segment, ends_sentence

MOST_CHARACTERS = 600

_FILLERS = {
    "en": re.compile(r"\s*(?<!\w)(?:u+h*m+|uh+|erm|mm+-?h*m*|hmm+),?(?!\w)", re.IGNORECASE),
    "de": re.compile(r"\s*(?<!\w)(?:äh+m*|öh+m*|hm+),?(?!\w)", re.IGNORECASE),
    "fr": re.compile(r"\s*(?<!\w)(?:euh+|hm+),?(?!\w)", re.IGNORECASE),
}
_LEADING = {
    "en": re.compile(
        r"(?:(?:so|and|but|or|well|okay|ok|yeah|now|alright|also|then)"
        r"(?:[,.!…]+\s+|\s+(?!(?:much|many|far|long|called|that|to|as)\b))"
        r"|(?:right|yes|no|good|great|exactly|sure|oh|like|hello|hi|agreed)[,.!…]+\s+)+",
        re.IGNORECASE,
    ),
    "de": re.compile(r"(?:(?:und|aber|also|ja|naja|genau|okay|ok|oder|nun)(?:,\s*|\s+))+", re.IGNORECASE),
    "fr": re.compile(r"(?:(?:et|mais|donc|alors|bon|ben|voilà|oui|ok)(?:,\s*|\s+))+", re.IGNORECASE),
    "es": re.compile(r"(?:(?:y|pero|pues|entonces|bueno|sí|ok)(?:,\s*|\s+))+", re.IGNORECASE),
    "pt": re.compile(r"(?:(?:e|mas|então|bom|sim|ok)(?:,\s*|\s+))+", re.IGNORECASE),
    "it": re.compile(r"(?:(?:e|ma|quindi|allora|sì|ok)(?:,\s*|\s+))+", re.IGNORECASE),
    "nl": re.compile(r"(?:(?:en|maar|dus|nou|ja|oké|ok)(?:,\s*|\s+))+", re.IGNORECASE),
    "ru": re.compile(r"(?:(?:и|а|но|ну|вот|так|да)(?:,\s*|\s+))+", re.IGNORECASE),
}
_LONE_I = re.compile(r"(?<![\w.])i(?=\s|$|'(?:m|ve|d|ll)\b)")
_STOPS = {"ja": "。", "ko": "."}
_WORDS_LEFT = 3
_FRAGMENT = 4
"""A sentence of fewer words, before another one, is an answer, a call or half a thought."""


def sentence(segments: Sequence[Segment], index: int, language: str, punctuated: bool) -> str:
    """Of captions without sentences what seems to be cut off has an ellipsis there."""
    segment = segments[index]
    if punctuated:
        whole = _without_fragments(_without_fillers(segment.text, language))
        text = _shortened(_without_leading(whole, language))
        return text[:1].upper() + text[1:]
    following = segments[index + 1] if index + 1 < len(segments) else None
    return _from_captions(segment, following, language)


def _from_captions(segment: Segment, following: Segment | None, language: str) -> str:
    text = _without_fillers(segment.text, language)
    bare = _shortened(_without_trailing(_without_leading(text, language), language))
    whole = text.endswith(bare) and _ends_before(segment, following, language)
    shown = _LONE_I.sub("I", bare) if language == "en" else bare
    if segment.index and not _begins(segment, bare, language):
        return "… " + shown + _mark(bare, whole, language)
    return shown[:1].upper() + shown[1:] + _mark(bare, whole, language)


def _mark(text: str, whole: bool, language: str) -> str:
    """What a text is closed with; nothing is made a sentence that was cut off."""
    if text[-1:] in ".?!…。！？":
        return ""
    if whole or text.endswith(ENDINGS.get(language, ())):
        return _STOPS.get(language, "." if language in OPENERS else "")
    return " …"


def _begins(segment: Segment, bare: str, language: str) -> bool:
    """Whether a sentence seems to begin with it. Taken to be so where the words of a language do not tell."""
    return language not in OPENERS or _first(bare) in OPENERS[language] or _opens(segment, language)


def _ends_before(segment: Segment, following: Segment | None, language: str) -> bool:
    """Whether the next segment seems to begin a sentence, is another speaker's, or is none at all."""
    return following is None or following.speaker != segment.speaker or _opens(following, language)


def _opens(segment: Segment, language: str) -> bool:
    openers, within = OPENERS.get(language, frozenset()), MOSTLY_WITHIN.get(language, frozenset())
    return _first(segment.text) in openers - within


def _first(text: str) -> str:
    return text.split(" ", 1)[0].lower()


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


def _without_trailing(text: str, language: str) -> str:
    words, connectives = text.split(), CONNECTIVES.get(language, frozenset())
    kept = len(words)
    while kept > _WORDS_LEFT and words[kept - 1].lower() in connectives:
        kept -= 1
    return " ".join(words[:kept]) if kept > _WORDS_LEFT else text


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    cut = text[: MOST_CHARACTERS - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > MOST_CHARACTERS // 2 else cut).rstrip() + "…"
