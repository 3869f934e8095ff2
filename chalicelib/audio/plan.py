"""From what the source is and what was asked to ffmpeg's arguments. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.audio import metadata, sniff, waveform
from chalicelib.audio.layouts import layout
from chalicelib.audio.presets import (
    LOSSLESS,
    MONO_SHARE,
    PRESETS,
    RATES,
    WAVEFORM,
    Preset,
    capacity,
)
from chalicelib.audio.probe import AudioStream
from chalicelib.audio.request import AudioRequest

COPY_MARGIN = 1.25
"""A copy may be this much larger than the preset's own result."""

_ENCODERS = {
    "mp3": "libmp3lame",
    "aac": "aac",
    "m4a": "aac",
    "flac": "flac",
    "ogg": "libvorbis",
    "opus": "libopus",
    "waveform": "pcm_s16le",
}
_CODECS = {"mp3": "mp3", "aac": "aac", "m4a": "aac", "flac": "flac", "ogg": "vorbis", "opus": "opus"}
_MUXERS: Mapping[str, tuple[str, ...]] = {
    "mp3": ("-id3v2_version", "3", "-f", "mp3"),
    "aac": ("-f", "adts"),
    "m4a": ("-movflags", "+faststart", "-f", "ipod"),
    "flac": ("-f", "flac"),
    "wav": ("-rf64", "auto", "-f", "wav"),
    "ogg": ("-f", "ogg"),
    "opus": ("-f", "opus"),
    "waveform": waveform.MUXER,
}
_MP3_CONSTANT = {8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
# where encoding is cheap, small frames cost more on their way from thread to thread
_BLOCKS = "asetnsamples=18432:p=0"
_MAY_CHANGE = {"ogg"}
"""Indexed containers whose sound may change its format on the way."""
# packets that only pass through would make the threads wait for each other
_QUEUE = ("-thread_queue_size", "1024")


@dataclass(frozen=True)
class Encoding:
    rate: int
    channels: int
    arguments: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    bitrate: int | None = None
    """bit/s; None where a quality decides."""


def channels(request: AudioRequest, stream: AudioStream) -> int:
    """What is asked for, as far as source and format have so many; else lossy formats are mixed down to
    stereo."""
    found = stream.channels or 2
    if request.channels:
        # one channel can be heard on two sides, but two can not be heard on six
        return min(request.channels, max(found, 2))
    if request.format == WAVEFORM:
        return 1
    return found if request.format in LOSSLESS else min(found, 2)


def may_copy(request: AudioRequest, stream: AudioStream, container: str) -> bool:
    """Whether the encoded audio may be taken over as it is. Whether it is small enough shows afterwards."""
    return (
        stream.codec == _CODECS.get(request.format)
        and request.bitrate is None
        and not (request.normalize or request.trimmed)
        and request.sample_rate in (None, stream.rate)
        and request.channels in (None, stream.channels)
        and container in sniff.INDEXED
        and stream.channels in (1, 2)
        and (stream.bitrate or 0) <= copy_limit(request, stream)
    )


def copy_limit(request: AudioRequest, stream: AudioStream) -> float:
    """bit/s above which a copy is not what the preset promises."""
    expected = _preset(request).expected
    return expected * _share(request, stream.channels) * COPY_MARGIN if expected else float("inf")


def encoding(request: AudioRequest, stream: AudioStream, seconds: float | None = None) -> Encoding:
    """How to encode so that the encoder takes it and an explicit bit rate is honoured. `seconds`: of what
    comes out, if known."""
    count = channels(request, stream)
    lowered = request.channels is not None and count < request.channels
    warnings = [f"channels_lowered:{count}"] if lowered else []
    if request.format == WAVEFORM:
        return Encoding(stream.rate, count, waveform.arguments(stream.rate, seconds), tuple(warnings))
    preset = _preset(request)
    wanted = request.bitrate or int((preset.bitrate or 0) * _share(request, count))
    rate = request.sample_rate or _rate(request, stream.rate or 44100, wanted, count)
    granted = min(wanted, capacity(request.format, rate, count)) if wanted else 0
    if request.bitrate and granted < wanted:
        warnings.append(f"bitrate_lowered:{granted}")
    quality = _bitrate_arguments(request.format, granted) if granted else preset.args
    return Encoding(rate, count, quality, tuple(warnings), granted or None)


def blocks(request: AudioRequest, container: str) -> list[str]:
    """Filters that hand on larger frames; what they hold back would be lost where the format changes."""
    steady = container in sniff.INDEXED and container not in _MAY_CHANGE
    return [_BLOCKS] if steady and request.format in (*LOSSLESS, WAVEFORM) else []


def encode_arguments(
    request: AudioRequest,
    stream: AudioStream,
    chosen: Encoding,
    filters: Sequence[str],
    tags: Mapping[str, str] | None,
) -> list[str]:
    """Between the input and the output's name."""
    places = layout(request.format, stream, chosen.channels)
    steps = [*filters, f"aformat=channel_layouts='{places}'"] if places else filters
    chain = ["-af", ",".join(steps)] if steps else []
    encoder = _ENCODERS.get(request.format)  # of wav, the quality tells
    audio = [*(("-c:a", encoder) if encoder else ()), *chosen.arguments, *chain]
    shape = ["-ar", str(chosen.rate), *([] if places else ["-ac", str(chosen.channels)])]
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
        *_QUEUE,
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
    higher = [rate for rate in RATES[request.format] if rate >= source]
    if not request.bitrate:
        return higher[0] if higher else 48000
    return next((rate for rate in higher if capacity(request.format, rate, count) >= bitrate), 48000)


def _bitrate_arguments(format: str, bitrate: int) -> tuple[str, ...]:  # noqa: A002
    mode: tuple[str, ...] = ()
    if format == "mp3" and bitrate / 1000 not in _MP3_CONSTANT:
        mode = ("-abr", "1")
    return ("-b:a", str(bitrate), *mode)
