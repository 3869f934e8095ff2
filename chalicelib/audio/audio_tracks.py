"""Which of a source's audio tracks is taken."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from chalicelib import iso639
from chalicelib.audio import failures
from chalicelib.audio.probe import AudioStream, MediaInfo

_LANGUAGE = re.compile(r"[\w-]{2,35}", re.ASCII)
_LONGEST_TITLE = 40


def choose(info: MediaInfo, track: int | str | None) -> AudioStream:
    """The track of that number, from 0, or in that language; of several, or of all, the one marked as
    default, else the first. Raises JobError NO_AUDIO or TRACK_NOT_FOUND."""
    if not info.audio:
        raise failures.no_audio()
    fitting = info.audio if track is None else _fitting(info.audio, track)
    if track is not None and not fitting:
        raise failures.track_not_found(track, [_described(*each) for each in enumerate(info.audio)])
    return next((stream for stream in fitting if stream.default), fitting[0])


def _fitting(streams: Sequence[AudioStream], track: int | str) -> Sequence[AudioStream]:
    if isinstance(track, int):
        return streams[track : track + 1]
    exact = [stream for stream in streams if (stream.language or "").lower() == track.lower()]
    return exact or [stream for stream in streams if _same_language(stream, track)]


def _same_language(stream: AudioStream, asked: str) -> bool:
    """Whatever the region, and by either of the codes that ISO 639 has for it."""
    return stream.language is not None and iso639.primary(stream.language) == iso639.primary(asked)


def _described(number: int, stream: AudioStream) -> str:
    code = stream.language or ""
    language = code if _LANGUAGE.fullmatch(code) else "no language"
    title = [json.dumps(stream.title[:_LONGEST_TITLE], ensure_ascii=False)] if stream.title else []
    channels = f"{stream.channels} channel{'' if stream.channels == 1 else 's'}"
    return f"{number} ({', '.join([language, channels, *title])})"
