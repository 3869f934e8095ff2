"""Where the channels of a lossless result are heard."""

from __future__ import annotations

import re

from chalicelib.audio.probe import AudioStream

# of three and more channels: those that FLAC has
_USUAL = {3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_FLAC = {*_USUAL.values(), "5.0(side)", "5.1(side)"}
_KNOWN = re.compile(r"\d\.\d(\.\d)?(\([a-z-]+\))?|quad(\(side\))?|hexagonal|octagonal")


def layout(format: str, stream: AudioStream, channels: int) -> str | None:  # noqa: A002 the field's name
    """The source's where the format has it. None where the number of channels says it all, or nothing does:
    to a number alone, ffmpeg would mix them anew, and leave the one for low tones silent."""
    if channels <= 2:
        return None
    kept = channels == stream.channels and _KNOWN.fullmatch(stream.layout)
    if kept and (format == "wav" or stream.layout in _FLAC):
        return stream.layout
    return _USUAL.get(channels)
