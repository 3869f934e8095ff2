"""What counts as the same word."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from chalicelib.text.language import base
from chalicelib.text.summarize.embedded.words import SPOKEN_STOP_WORDS
from chalicelib.text.timed_words import HAN_KANA, SOUTH_EAST
from chalicelib.text.transcript import UNKNOWN_LANGUAGE

if TYPE_CHECKING:
    from chalicelib.text.summarize.engine import Talk

# vowel signs of these scripts are no letters to `\w`
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
WORD: Final = re.compile(rf"(?:[^\W_]|[{MARKS}])+(?:['’](?:[^\W_]|[{MARKS}])+)?")
_SPACELESS = re.compile(f"[{HAN_KANA}{SOUTH_EAST}]+")
_HIRAGANA = re.compile("[\u3040-\u309f]+")
GRAMMAR: Final = frozenset("的了是在我你他她它们們这那這和也就都不有个個啊呢吗嗎吧着著过過")
"""Characters that carry Chinese grammar."""
_ALEFS = dict.fromkeys(map(ord, "أإآٱ"), "ا")
"""Arabic: written with or without its hamza, it is one word."""
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_OTHER_NAMES = {"nb": "no", "nn": "no", "ms": "malaysian", "fil": "en"}
_GUESSED = ("en", "es", "de", "fr", "pt", "it", "nl", "ru", "pl", "tr", "id", "sv", "vi", "ar", "hi")
_READ = 5000
_ENOUGH = 0.2
"""Share of a text's words that are stop words in the language it is in."""


class Terms:
    def __init__(self, language: str) -> None:
        self.language = base(language)
        self.stop_words = stop_words(self.language)
        self._stem = _stemmer(self.language)
        self._stems: dict[str, str] = {}
        self._terms: dict[str, tuple[str, ...]] = {}

    def of(self, text: str) -> Counter[str]:
        return self.among(words(text))

    def among(self, said: Iterable[str]) -> Counter[str]:
        """Takes words as `words` gives them."""
        return Counter(chain.from_iterable(map(self._of_word, said)))

    def _of_word(self, word: str) -> tuple[str, ...]:
        known = self._terms.get(word)
        if known is None:
            known = self._terms[word] = tuple(self._new(word))
        return known

    def _new(self, word: str) -> Iterator[str]:
        runs = [] if word.isascii() else _SPACELESS.findall(word)
        for spaced in WORD.findall(_SPACELESS.sub(" ", word)) if runs else [word]:
            if self.carries(spaced):
                yield self.stem(spaced)
        for run in runs:
            yield from _pairs(run)

    def carries(self, word: str) -> bool:
        """Whether it says what is talked about. Takes a word as `words` gives it."""
        return len(word) > 1 and word not in self.stop_words and not word.isdigit()

    def stem(self, word: str) -> str:
        known = self._stems.get(word)
        if known is None:
            known = self._stems[word] = self._stem(word.removesuffix("'s"))
        return known


def words(text: str) -> list[str]:
    return WORD.findall(normal(text))


def normal(text: str) -> str:
    """So that letters of one meaning are the same characters."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_ALEFS)
    return plain.replace("’", "'").casefold()


def _pairs(run: str) -> list[str]:
    """Two characters at a time stand in for words, but for those that are grammar only."""
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return [p for p in pairs if not _HIRAGANA.fullmatch(p) and not GRAMMAR.intersection(p)]


@lru_cache(maxsize=16)
def stop_words(language: str) -> frozenset[str]:
    """Empty for a language without a list."""
    from stop_words import StopWordError, get_stop_words

    try:
        listed = get_stop_words(_OTHER_NAMES.get(language, language))
    except StopWordError:
        listed = []
    spoken = SPOKEN_STOP_WORDS.get(language, "").split()
    return frozenset(word for entry in [*listed, *spoken] for word in (entry.casefold(), *words(entry)))


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _SNOWBALL:
        return str
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer(_SNOWBALL[language]).stemWord
    return stem


def known_language(language: str, texts: Iterable[str]) -> str:
    """Of captions that do not tell: the language whose stop words are the most."""
    if base(language) != UNKNOWN_LANGUAGE:
        return language
    said = list(islice((word for text in texts for word in words(text)), _READ))
    shares = [(sum(word in stop_words(code) for word in said), code) for code in _GUESSED]
    most, code = max(shares, key=lambda share: share[0])
    return code if most > _ENOUGH * len(said) else language


def terms_of(talk: Talk) -> Terms:
    return Terms(known_language(talk.language, (segment.text for segment in talk.segments)))
