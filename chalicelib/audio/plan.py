"""From what the source is and what was asked to ffmpeg's arguments. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.audio import metadata, sniff
from chalicelib.audio.presets import MONO_SHARE, PRESETS, Preset
from chalicelib.audio.probe import AudioStream, MediaInfo
from chalicelib.audio.request import AudioRequest

LOSSLESS = ("flac", "wav")
COPY_MARGIN = 1.25
"""A copy may be this much larger than the preset's own result."""

_ENCODERS = {
    "mp3": "libmp3lame",
    "aac": "aac",
    "flac": "flac",
    "wav": "pcm_s16le",
    "ogg": "libvorbis",
    "opus": "libopus",
}
_CODECS = {"mp3": "mp3", "aac": "aac", "flac": "flac", "ogg": "vorbis", "opus": "opus"}
_MUXERS: Mapping[str, tuple[str, ...]] = {
    "mp3": ("-id3v2_version", "3", "-f", "mp3"),
    "aac": ("-f", "adts"),
    "flac": ("-f", "flac"),
    "wav": ("-rf64", "auto", "-f", "wav"),
    "ogg": ("-f", "ogg"),
    "opus": ("-f", "opus"),
}
_RATES = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "aac": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "ogg": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (8000, 12000, 16000, 24000, 48000),
}
_MP3_CONSTANT = {8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}


@dataclass(frozen=True)
class Encoding:
    rate: int
    channels: int
    arguments: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    bitrate: int | None = None
    """bit/s; None where a quality decides."""


def choose_stream(info: MediaInfo) -> AudioStream | None:
    """The track marked as default, else the first."""
    return next((stream for stream in info.audio if stream.default), next(iter(info.audio), None))


def channels(request: AudioRequest, stream: AudioStream) -> int:
    """Lossy formats are mixed down to stereo."""
    found = stream.channels or 2
    return found if request.format in LOSSLESS else min(found, 2)


def may_copy(request: AudioRequest, stream: AudioStream, container: str) -> bool:
    """Whether the encoded audio may be taken over as it is. Whether it is small enough shows afterwards."""
    return (
        stream.codec == _CODECS.get(request.format)
        and request.bitrate is None
        and not request.normalize
        and container in sniff.INDEXED
        and stream.channels in (1, 2)
        and (stream.bitrate or 0) <= copy_limit(request, stream)
    )


def copy_limit(request: AudioRequest, stream: AudioStream) -> float:
    """bit/s above which a copy is not what the preset promises."""
    expected = _preset(request).expected
    return expected * _share(request, stream.channels) * COPY_MARGIN if expected else float("inf")


def encoding(request: AudioRequest, stream: AudioStream) -> Encoding:
    """How to encode so that the encoder takes it and an explicit bit rate is honoured."""
    count = channels(request, stream)
    preset = _preset(request)
    wanted = request.bitrate or int((preset.bitrate or 0) * _share(request, count))
    rate = _rate(request, stream.rate or 44100, wanted, count)
    granted = min(wanted, _capacity(request.format, rate, count))
    warnings = (f"bitrate_lowered:{granted}",) if request.bitrate and granted < wanted else ()
    quality = _bitrate_arguments(request.format, granted) if granted else preset.args
    return Encoding(rate, count, quality, warnings, granted or None)


def encode_arguments(
    request: AudioRequest,
    stream: AudioStream,
    chosen: Encoding,
    filters: Sequence[str],
    tags: Mapping[str, str] | None,
) -> list[str]:
    """Between the input and the output's name."""
    chain = ["-af", ",".join(filters)] if filters else []
    audio = ["-c:a", _ENCODERS[request.format], *chosen.arguments, *chain]
    shape = ["-ar", str(chosen.rate), "-ac", str(chosen.channels)]
    return [
        "-map",
        f"0:{stream.index}",
        *metadata.arguments(tags),
        *audio,
        *shape,
        *_muxer(request.format, tags),
    ]


def copy_arguments(request: AudioRequest, stream: AudioStream, tags: Mapping[str, str] | None) -> list[str]:
    return [
        "-map",
        f"0:{stream.index}",
        *metadata.arguments(tags),
        "-c:a",
        "copy",
        *_muxer(request.format, tags),
    ]


def _muxer(format: str, tags: Mapping[str, str] | None) -> tuple[str, ...]:  # noqa: A002
    extra: dict[str, tuple[str, ...]] = {"mp3": ("-write_id3v1", "1"), "aac": ("-write_id3v2", "1")}
    return (*(extra.get(format, ()) if tags else ()), *_MUXERS[format])


def _preset(request: AudioRequest) -> Preset:
    return PRESETS[request.format][request.quality]


def _share(request: AudioRequest, count: int) -> float:
    return MONO_SHARE.get(request.format, 1.0) if count == 1 and _preset(request).bitrate else 1.0


def _rate(request: AudioRequest, source: int, bitrate: int, count: int) -> int:
    """The source's rate if the codec knows it and it can carry the bit rate, else the next one that does."""
    if request.format in LOSSLESS:
        return source
    higher = [rate for rate in _RATES[request.format] if rate >= source]
    if not request.bitrate:
        return higher[0] if higher else 48000
    return next((rate for rate in higher if _capacity(request.format, rate, count) >= bitrate), 48000)


def _capacity(format: str, rate: int, count: int) -> int:  # noqa: A002
    """The most bit/s the codec can carry at this rate; encoders fail or silently lower what is above."""
    if format == "mp3":
        return 320_000 if rate >= 32000 else 160_000 if rate >= 16000 else 64_000
    if format == "aac":
        # the standard's own limit is 6 bits a sample; at lower rates the encoder stops well before it
        return (6 if rate == 48000 else 4) * rate * count
    if format == "opus":
        return (256_000 if rate == 48000 else 4 * rate) * count
    # Vorbis is picky below 44.1 kHz: each rate has its own narrow window
    return 0 if rate < 44100 else 240_000 if count == 1 else 500_000


def _bitrate_arguments(format: str, bitrate: int) -> tuple[str, ...]:  # noqa: A002
    mode: tuple[str, ...] = ()
    if format == "mp3" and bitrate / 1000 not in _MP3_CONSTANT:
        mode = ("-abr", "1")
    return ("-b:a", str(bitrate), *mode)
