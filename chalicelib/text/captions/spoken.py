"""What Amazon Transcribe writes: words and punctuation, each word with its times and speaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.text.failures import TextError
from chalicelib.text.transcript import Cue

_MOST_WORDS: Final = 14
_MOST_GAP_SECONDS: Final = 0.8
_SENTENCE_ENDS: Final = frozenset(".?!。？！")
_SPACELESS: Final = ("ja", "zh", "th")


@dataclass
class _Run:
    """Words of one speaker without a long pause."""

    start: float
    end: float
    speaker: str | None
    words: int = 0
    pieces: list[str] = field(default_factory=list)
    """Words, what stands between them, and punctuation."""


def cues(results: Mapping[str, Any]) -> list[Cue]:
    """Raises TextError CAPTIONS_INVALID for anything but `results` of a batch job."""
    between = "" if (language(results) or "").startswith(_SPACELESS) else " "
    try:
        runs = list(_runs(results, between))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
        raise TextError("CAPTIONS_INVALID", details="`results.items` cannot be read.") from None
    return [Cue(run.start, max(0.0, run.end - run.start), "".join(run.pieces), run.speaker) for run in runs]


def language(results: Mapping[str, Any]) -> str | None:
    code = results.get("language_code")
    return code if isinstance(code, str) else None


def _runs(results: Mapping[str, Any], between: str) -> Iterator[_Run]:
    speakers = _speakers(results)
    run: _Run | None = None
    for item in results["items"]:
        text = str(item["alternatives"][0]["content"])
        if item["type"] == "punctuation":
            if run:
                run.pieces.append(text)
                if text in _SENTENCE_ENDS:
                    yield run
                    run = None
            continue
        start, end = float(item["start_time"]), float(item["end_time"])
        speaker = _name(item.get("speaker_label") or speakers.get(item["start_time"]))
        if run and not _continues(run, start, speaker):
            yield run
            run = None
        run = run or _Run(start, end, speaker)
        run.pieces += [between, text] if run.words else [text]
        run.words += 1
        run.end = end
    if run:
        yield run


def _continues(run: _Run, start: float, speaker: str | None) -> bool:
    near = start - run.end <= _MOST_GAP_SECONDS
    return near and speaker == run.speaker and run.words < _MOST_WORDS


def _name(speaker: Any) -> str | None:
    return speaker if isinstance(speaker, str) else None


def _speakers(results: Mapping[str, Any]) -> dict[str, str]:
    """By the start of a word, as older results have it."""
    labels = results.get("speaker_labels") or {}
    return {
        word["start_time"]: word["speaker_label"]
        for segment in labels.get("segments", ())
        for word in segment.get("items", ())
        if "speaker_label" in word
    }
