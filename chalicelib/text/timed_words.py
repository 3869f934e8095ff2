"""Captions as words, each with its time. Times within a cue are in proportion to the words' lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from chalicelib.text.transcript import Cue

HAN_KANA = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer: spaces stand between phrases, not between words."""
LONGEST = 40
"""Characters of a piece of a script without spaces; twice that of any other word."""

_NOISE = re.compile(
    r"\[[^\[\]\d]{0,40}\]|\{[^{}\d]{0,40}\}|【[^【】\d]{0,20}】|[♪♫♬]+|(?:>>|»|&gt;&gt;)+|&nbsp;"
    r"|[(（](?:music|applause|laughter|laughs?|laughing|cheering|musik|applaus|musique|applaudissements|rires|"
    r"música|aplausos|risas|risos|musica|applausi|музыка|аплодисменты|смех|拍手|笑い?|音楽|音乐|掌声|笑声)[)）]",
    re.IGNORECASE,
)
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f]")
_SPACELESS = re.compile(f"[{HAN_KANA}{SOUTH_EAST}]")
_HAN_KANA = re.compile(f"[{HAN_KANA}]")
_SOUTH_EAST = re.compile(f"[{SOUTH_EAST}]")
_PIECE = re.compile(rf"[^。！？；]{{0,{LONGEST - 1}}}[。！？；]+[」』）”]?|[^。！？；]{{1,{LONGEST}}}")
_LONG = re.compile(rf".{{1,{2 * LONGEST}}}")
_CLOSE = re.compile(f"[{HAN_KANA}\u3000-\u3004\u3008-\u303f\uff01-\uff65]")
_HAN_PER_WORD = 2.0
_LETTERS_PER_WORD = 5.0


class Word(NamedTuple):
    text: str
    start: float
    end: float
    speaker: str | None
    continues: bool
    """Whether it stands right behind the word before, without a space."""
    size: float
    """In words; of scripts without spaces a fraction or more of the words it would be."""


def timed_words(cues: Sequence[Cue]) -> list[Word]:
    ordered = sorted(cues, key=lambda cue: cue.start)
    found: list[Word] = []
    for cue, following in zip_longest(ordered, ordered[1:]):
        # on screen longer than spoken: a cue's speech ends where the next one's begins
        end = max(cue.start, cue.end)
        if following is not None and cue.start < following.start < end:
            end = following.start
        found += _spread(list(_pieces(cue.text)), cue.start, end, cue.speaker)
    return found


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Each with whether it continues the one before."""
    for token in _NOISE.sub(" ", _HIDDEN.sub("", text)).split():
        if token.isascii() and len(token) <= 2 * LONGEST:
            yield token, False
            continue
        pieces = (_PIECE if _SPACELESS.search(token) else _LONG).findall(token)
        yield from ((piece, number > 0) for number, piece in enumerate(pieces))


def _spread(pieces: list[tuple[str, bool]], start: float, end: float, speaker: str | None) -> Iterator[Word]:
    total = sum(len(text) + 1 for text, _ in pieces)
    done = 0
    for text, continues in pieces:
        begin = start + (end - start) * done / total
        done += len(text) + 1
        yield Word(text, begin, start + (end - start) * done / total, speaker, continues, size(text))


def size(text: str) -> float:
    """How many words a piece without spaces makes."""
    if text.isascii() or not _SPACELESS.search(text):
        return 1.0
    han, letters = len(_HAN_KANA.findall(text)), len(_SOUTH_EAST.findall(text))
    return max(0.5, han / _HAN_PER_WORD + letters / _LETTERS_PER_WORD)


def joined(words: Sequence[Word]) -> str:
    """With spaces, except between Chinese or Japanese characters."""
    if all(word.text.isascii() and not word.continues for word in words):
        return " ".join(word.text for word in words)
    parts: list[str] = []
    for word in words:
        if parts and not word.continues and not (_CLOSE.match(word.text[0]) and _CLOSE.match(parts[-1][-1])):
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)
