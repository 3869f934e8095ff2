"""WebVTT, with speakers as voices."""

from __future__ import annotations

from chalicelib.text.exports.export import Export
from chalicelib.text.exports.subtitles import Subtitle, Voice, subtitles, wrapped
from chalicelib.text.exports.times import stamp
from chalicelib.text.result import Result


def export(result: Result, now_iso: str | None) -> Export:
    blocks = ["WEBVTT\n", *(_cue(cue) for cue in subtitles(result.transcript.cues))]
    return Export("\n".join(blocks).encode(), "text/vtt; charset=utf-8", "vtt")


def _cue(cue: Subtitle) -> str:
    """Its text stands right below its times, so that no line of it can begin a NOTE or STYLE block."""
    lines = "\n".join(_text(voice) for voice in cue.voices)
    return f"{stamp(cue.start, '.')} --> {stamp(cue.end, '.')}\n{lines}\n"


def _text(voice: Voice) -> str:
    said = _escaped(wrapped(voice.text))
    return f"<v {_escaped(voice.speaker)}>{said}</v>" if voice.speaker else said


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
