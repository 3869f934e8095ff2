"""What each format and quality means for the encoder, and what the formats can carry.

| format | low | medium | high | extreme |
| --- | --- | --- | --- | --- |
| mp3 | VBR V6, ~115k | VBR V4, ~155k | VBR V2, ~190k | 320k |
| aac, m4a | 96k | 128k | 192k | 256k |
| opus | 48k | 96k | 128k | 192k |
| ogg (Vorbis) | q2, ~96k | q4, ~128k | q6, ~192k | q8, ~256k |
| flac | level 0, 16 bit | level 5, 16 bit | level 8, up to 24 bit | level 8, up to 24 bit |
| wav | 16 bit | 16 bit | 24 bit | 24 bit |

Rates are for stereo, in bit/s. Mono gets 0.6 of it in aac, m4a and opus, half of it in mp3 at 320k.
A waveform has no qualities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOSSLESS = ("flac", "wav")
WAVEFORM = "waveform"


@dataclass(frozen=True)
class Preset:
    bitrate: int | None = None
    """Constant (or, for opus and aac, average) bit/s of stereo; None where `args` decide."""
    args: tuple[str, ...] = ()
    expected: int | None = None
    """bit/s of stereo that comes out; None for lossless formats."""


def _rate(bitrate: int) -> Preset:
    return Preset(bitrate=bitrate, expected=bitrate)


def _vbr(quality: int, expected: int) -> Preset:
    return Preset(args=("-q:a", str(quality)), expected=expected)


def _flac(level: int, *sample_format: str) -> Preset:
    return Preset(args=("-compression_level", str(level), *sample_format))


# 16 bit where the decoder's float samples would otherwise become 24
_S16 = ("-sample_fmt", "s16")
_PCM16, _PCM24 = Preset(args=("-c:a", "pcm_s16le")), Preset(args=("-c:a", "pcm_s24le"))

_AAC = {"low": _rate(96_000), "medium": _rate(128_000), "high": _rate(192_000), "extreme": _rate(256_000)}

PRESETS: Mapping[str, Mapping[str, Preset]] = {
    "mp3": {
        "low": _vbr(6, 115_000),
        "medium": _vbr(4, 155_000),
        "high": _vbr(2, 190_000),
        "extreme": _rate(320_000),
    },
    "aac": _AAC,
    "m4a": _AAC,
    "opus": {
        "low": _rate(48_000),
        "medium": _rate(96_000),
        "high": _rate(128_000),
        "extreme": _rate(192_000),
    },
    "ogg": {
        "low": _vbr(2, 96_000),
        "medium": _vbr(4, 128_000),
        "high": _vbr(6, 192_000),
        "extreme": _vbr(8, 256_000),
    },
    "flac": {"low": _flac(0, *_S16), "medium": _flac(5, *_S16), "high": _flac(8), "extreme": _flac(8)},
    "wav": {"low": _PCM16, "medium": _PCM16, "high": _PCM24, "extreme": _PCM24},
}

MONO_SHARE: Mapping[str, float] = {"aac": 0.6, "m4a": 0.6, "opus": 0.6, "mp3": 0.5}

BITRATES: Mapping[str, tuple[int, int]] = {
    "mp3": (32_000, 320_000),
    "aac": (32_000, 400_000),
    "m4a": (32_000, 400_000),
    "opus": (16_000, 510_000),
    "ogg": (48_000, 500_000),
}

_USUAL = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_LOSSLESS_RATES = (*_USUAL, 88200, 96000, 176400, 192000)
RATES: Mapping[str, tuple[int, ...]] = {
    "mp3": _USUAL,
    "aac": _USUAL,
    "m4a": _USUAL,
    "ogg": _USUAL,
    "opus": (8000, 12000, 16000, 24000, 48000),
    "flac": _LOSSLESS_RATES,
    "wav": _LOSSLESS_RATES,
}
"""Hz that may be asked for."""


def most_channels(format: str) -> int:  # noqa: A002 the field's name
    """That may be asked for."""
    return 8 if format in LOSSLESS else 2


def capacity(format: str, rate: int, channels: int) -> int:  # noqa: A002
    """The most bit/s that a lossy format can carry; encoders fail or silently lower what is above. 0: none
    can be chosen."""
    if format == "mp3":
        return 320_000 if rate >= 32000 else 160_000 if rate >= 16000 else 64_000
    if format in ("aac", "m4a"):
        # the standard's own limit is 6 bits a sample; at lower rates the encoder stops well before it
        return (6 if rate == 48000 else 4) * rate * channels
    if format == "opus":
        return (256_000 if rate == 48000 else 4 * rate) * channels
    # Vorbis is picky below 44.1 kHz: each rate has its own narrow window
    return 0 if rate < 44100 else 240_000 if channels == 1 else 500_000
