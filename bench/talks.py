"""The hand-written talks of bench/talks, as two kinds of captions. Times are seconds."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.text.transcript import Cue

FOLDER = Path(__file__).parent / "talks"
LANGUAGE = "en"
WORDS_IN_CUE = 7
_WORD = re.compile(r"\w+(?:[.,']\w+)*")
_SENTENCE_END = re.compile(r"(?<=[.?!])(?<!\bDr\.)(?<!\bSt\.)(?<!\bMrs\.)\s+")


@dataclass(frozen=True)
class Fact:
    fact: str
    keys: tuple[str, ...]
    """It is covered by a text that has all of these words or phrases, in any order."""

    def covered_by(self, text: str) -> bool:
        said = f" {' '.join(words(text))} "
        return all(f" {' '.join(words(key))} " in said for key in self.keys)


@dataclass(frozen=True)
class WrittenTalk:
    name: str
    title: str
    paragraphs: tuple[str, ...]
    reference: str
    """A summary of about 80 words, written by a person."""
    facts: tuple[Fact, ...]

    @property
    def text(self) -> str:
        return " ".join(self.paragraphs)

    def covered(self, summary: str) -> float:
        """Share of the planted facts."""
        return sum(fact.covered_by(summary) for fact in self.facts) / len(self.facts)


@cache
def load() -> tuple[WrittenTalk, ...]:
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.json")))


def _read(file: Path) -> WrittenTalk:
    data = json.loads(file.read_text(encoding="utf-8"))
    facts = tuple(Fact(fact["fact"], tuple(fact["keys"])) for fact in data["facts"])
    return WrittenTalk(file.stem, data["title"], tuple(data["talk"]), data["reference"], facts)


def words(text: str) -> list[str]:
    """As a recogniser writes them: lower case, no punctuation but that within a number or word."""
    return _WORD.findall(text.lower())


def punctuated(text: str) -> tuple[Cue, ...]:
    """A person's captions: one cue for a sentence."""
    cues = []
    spoken = _speak(text)
    position = 0
    for sentence in _SENTENCE_END.split(text):
        first, position = position, position + len(sentence.split())
        start, end = spoken[first].start, spoken[position - 1].end
        cues.append(Cue(start, round(end - start, 3), sentence))
    return tuple(cues)


def captions(text: str) -> tuple[Cue, ...]:
    """A machine's captions: bare words, seven to a cue, each on screen until the next one ends."""
    rows = [(word, spoken.start, spoken.end) for spoken in _speak(text) for word in words(spoken.written)]
    groups = [rows[at : at + WORDS_IN_CUE] for at in range(0, len(rows), WORDS_IN_CUE)]
    cues = []
    for group, following in zip(groups, [*groups[1:], groups[-1]], strict=True):
        start = group[0][1]
        cues.append(Cue(start, round(following[-1][2] - start, 3), " ".join(row[0] for row in group)))
    return tuple(cues)


FORMS = {"punctuated": punctuated, "caption-like": captions}


def long_text(count: int) -> str:
    """The talks one after another, over again until there are `count` words."""
    every = [word for talk in load() for word in talk.text.split()]
    return " ".join((every * (count // len(every) + 1))[:count])


@dataclass(frozen=True)
class _Spoken:
    written: str
    start: float
    end: float


def _speak(text: str) -> Sequence[_Spoken]:
    """About 150 words a minute. Pauses are longer after a sentence, but speakers hesitate within one, too."""
    chance = random.Random(text)
    now = 0.0
    spoken = []
    for written in text.split():
        end = now + (len(written) + 2) * 0.05 * chance.uniform(0.75, 1.25)
        spoken.append(_Spoken(written, round(now, 3), round(end, 3)))
        now = end + _pause(written, chance)
    return spoken


def _pause(written: str, chance: random.Random) -> float:
    if written[-1] in ".?!":
        return chance.uniform(0.2, 1.0)
    if written[-1] == ",":
        return chance.uniform(0.0, 0.35)
    return chance.uniform(0.2, 0.7) if chance.random() < 0.04 else 0.0
