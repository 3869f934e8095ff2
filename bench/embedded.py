"""What the embedded engine makes of a talk, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.talks import LANGUAGE
from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.embedded.extract import extract
from chalicelib.text.summarize.engine import Talk, talk_of
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Cue, Transcript, Video


def talk_from(cues: Sequence[Cue]) -> Talk:
    video = Video(url="https://media.example.com/talk.mp4", duration=cues[-1].end)
    return talk_of(Transcript(video=video, cues=tuple(cues), language=LANGUAGE, source="captions"))


def of_length(talk: Talk, words: int) -> str:
    """What was said in the best segments of about so many words: no mode is as long as a reference."""
    return " ".join(talk.segments[index].text for index in extract(talk, words))


def by_mode(talk: Talk) -> Mapping[str, str]:
    return {summary.mode: plain(summary) for summary in Embedded().summarize(talk, MODES, None)}


def plain(summary: Summary) -> str:
    """What it says of the talk, each passage once; neither titles nor questions."""
    return " ".join(dict.fromkeys(_passages(summary)))


def _passages(summary: Summary) -> Iterator[str]:
    yield from (point.text for point in summary.points)
    yield from (point.text for section in summary.sections for point in section.points)
    yield from (term.definition for term in summary.terms)
