"""Talks to summarise, as captions with and without punctuation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.engine import Talk, talk_of
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Chapter, Cue, Transcript, Video

WATCH = "https://www.youtube.com/watch?v=abcdefghijk"
_SECONDS_PER_WORD = 0.4

HARBOUR = """Hello everybody and welcome back, thank you so much for joining us. My name is Ruth and I am your
host today. How are you all doing? The harbour silted up because the river carried more mud every
year. Mud settles where the water is slow, and the harbour wall made the water slow. In 1871 the
council bought a steam dredger to lift the mud. The dredger lifted four hundred tons of mud a day.
It never worked in winter. But the river brought more mud than the dredger could lift. Was that a
surprise? An engineer proposed to open the harbour wall, so that the tide would carry the mud away.
A training wall is a low wall under water that guides the current. The council built a training wall
along the river, and the current kept the harbour free of mud. So that was that, I guess."""

ORCHARD = """Apple trees need a frost in winter. The orchard lies in a hollow where cold air collects at
night. Late frost in May kills the blossom of the apple trees. Growers burn small candles between the apple
trees on frosty nights. A grafted tree joins a scion and a rootstock. The rootstock decides how tall
an apple tree becomes. Bees carry pollen from tree to tree, and without bees the orchard bears no
fruit. Pruning in February lets light into the crown of the tree. Apples that are stored ripen
slowly, because the cold stops the ripening. A bitter apple is best for cider."""


def spoken(text: str, start: float = 0.0) -> list[Cue]:
    """A cue for each sentence."""
    cues: list[Cue] = []
    for said in re.split(r"(?<=[.!?。？！।])\s*", " ".join(text.split())):
        if said:
            length = max(1, len(said.split())) * _SECONDS_PER_WORD
            cues.append(Cue(start, length, said))
            start += length
    return cues


def captions(text: str) -> list[Cue]:
    """As a machine makes them: no sentences, seven words each, on screen while the next ones come."""
    words = re.sub(r"[^\w\s']", " ", text).lower().split()
    return [
        Cue(i * _SECONDS_PER_WORD, 14 * _SECONDS_PER_WORD, " ".join(words[i : i + 7]))
        for i in range(0, len(words), 7)
    ]


def talk(cues: Sequence[Cue], language: str = "en", chapters: Sequence[Chapter] = ()) -> Talk:
    video = Video(url=WATCH, chapters=tuple(chapters))
    return talk_of(Transcript(video=video, cues=tuple(cues), language=language, source="captions"))


def made(mode: str, said: Talk, instructions: str | None = None) -> Summary:
    (summary,) = Embedded().summarize(said, (mode,), instructions)
    return summary
