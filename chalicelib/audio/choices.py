"""Whether what a caller chooses for a format can be had: each answers a sentence if not. Light: the API
imports this."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.audio.presets import BITRATES, LOSSLESS, RATES, WAVEFORM, capacity, most_channels

SILENT = "a waveform is drawn, not heard: this cannot be chosen for it."


def bitrate_problem(format: str, bitrate: int) -> str | None:  # noqa: A002
    """Of an explicit `bitrate` in bit/s."""
    if format == WAVEFORM:
        return SILENT
    if format in LOSSLESS:
        return f"{format} is lossless: its bit rate follows from the sound and cannot be chosen."
    lowest, highest = BITRATES[format]
    if lowest <= bitrate <= highest:
        return None
    return f"{format} takes bit rates from {lowest // 1000}k to {highest // 1000}k."


def rate_problem(format: str, rate: int, bitrate: int | None) -> str | None:  # noqa: A002
    """Of an explicit sample rate in Hz, together with a bit rate if there is one."""
    if format == WAVEFORM:
        return SILENT
    if rate not in RATES[format]:
        return f"{format} takes sample rates of {_listed(RATES[format])} Hz."
    return _too_much(format, bitrate, rate, 2)


def channels_problem(format: str, channels: int, bitrate: int | None, rate: int | None) -> str | None:  # noqa: A002
    """Of an explicit number of channels, together with what else was chosen."""
    most = most_channels(format)
    if not 1 <= channels <= most:
        return f"{format} takes {_listed(range(1, most + 1))} channels."
    return _too_much(format, bitrate, rate or 48000, channels)


def _too_much(format: str, bitrate: int | None, rate: int, channels: int) -> str | None:  # noqa: A002
    most = capacity(format, rate, channels) if bitrate else 0
    if not bitrate or bitrate <= most:
        return None
    sound = f"{format} of {rate} Hz in {'mono' if channels == 1 else 'stereo'}"
    return (
        f"{sound} carries at most {most // 1000}k." if most else f"{sound} takes a quality, not a bit rate."
    )


def _listed(numbers: Sequence[int]) -> str:
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}"
