"""What of ffmpeg is in the audio-only build: what the worker uses, and why."""

from __future__ import annotations

from typing import Final

from chalicelib.audio import ffmpeg
from chalicelib.settings import Architecture
from infra.layer.pins import PLATFORMS

# what nothing here asks for is not in the binary, and so cannot be reached by any input
NOTHING_ELSE: Final = (
    "--disable-everything",
    "--disable-autodetect",
    "--disable-network",
    "--disable-avdevice",
    "--disable-swscale",
    "--disable-postproc",
    "--disable-doc",
    "--disable-ffplay",
    "--disable-ffprobe",
    "--disable-debug",
)
HARDENED: Final = (
    "--enable-pic",
    "--extra-cflags=-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong",
    "--extra-ldexeflags=-static-pie -Wl,-z,relro,-z,now",
)
"""Static, so that it runs whatever C library a runtime has; at another address each time, as it reads what
strangers send. Not by --toolchain=hardened, whose -pie would undo -static-pie."""
LINKED: Final = ("--enable-zlib", "--enable-libmp3lame", "--enable-libopus", "--enable-libvorbis")
"""zlib: MP4 and Matroska may have compressed headers."""

PROTOCOLS: Final = ("file", "pipe")
OWN_DEMUXERS: Final = ("ffmetadata", "image2")
"""Of files that the worker itself writes: tags and chapters, the cover."""
PROBES: Final = ("dvbsub", "dvbtxt", "h264", "hevc", "loas", "m4v", "mpegvideo", "obu", "truehd", "vvc")
"""How streams of a DVD or a broadcast look: without these, pictures pass for mp3. Streams are told apart by
them; the worker's list of formats keeps any file from being opened as one."""
MUXERS: Final = (
    *("mp3", "adts", "ipod", "flac", "wav", "ogg", "opus"),  # results
    *("srt", "webvtt"),  # subtitle tracks
    *("null", "framecrc", "ffmetadata", "image2pipe"),  # looks at a source
)
ENCODERS: Final = (
    *("libmp3lame", "aac", "flac", "libvorbis", "libopus", "pcm_s16le", "pcm_s24le"),
    *("subrip", "srt"),
)
FILTERS: Final = (
    *("aresample", "aformat", "asetnsamples", "asetpts", "atrim"),
    *("anullsrc", "concat"),  # silence in front of a sound that begins late
    *("ebur128", "asplit", "volume", "alimiter"),  # loudness
    *("ashowinfo", "anull"),
)
PARSERS: Final = (
    *("aac", "aac_latm", "ac3", "amr", "cook", "dca", "flac", "g723_1", "g729", "gsm", "mlp", "mpegaudio"),
    *("opus", "sipr", "tak", "vorbis"),
    # where pictures begin, without decoding them
    *("av1", "h263", "h264", "hevc", "mpeg4video", "mpegvideo", "vc1", "vp3", "vp8", "vp9"),
)
BITSTREAM_FILTERS: Final = ("aac_adtstoasc",)
"""From a broadcast's frames of AAC into an MP4."""

_CALLED: Final = {"mpeg": "mpegps", "mov_text": "movtext"}
"""What configure calls otherwise than ffmpeg itself."""
_ABSENT: Final = ("libspeex",)
"""ffmpeg's own decoder of Speex is enough."""


def demuxers() -> tuple[str, ...]:
    return (*_names(ffmpeg.CONTAINERS), *OWN_DEMUXERS, *PROBES)


def decoders() -> tuple[str, ...]:
    return (*_names(ffmpeg.DECODERS), *_names(ffmpeg.SUBTITLE_DECODERS))


def options(architecture: Architecture) -> list[str]:
    """For configure."""
    chosen = {
        "protocol": PROTOCOLS,
        "demuxer": demuxers(),
        "decoder": decoders(),
        "muxer": MUXERS,
        "encoder": ENCODERS,
        "filter": FILTERS,
        "parser": PARSERS,
        "bsf": BITSTREAM_FILTERS,
    }
    parts = [f"--enable-{kind}={','.join(names)}" for kind, names in chosen.items()]
    return [f"--arch={PLATFORMS[architecture].configure}", *NOTHING_ELSE, *HARDENED, *LINKED, *parts]


def _names(listed: str) -> list[str]:
    return [_CALLED.get(name, name) for name in listed.split(",") if name not in _ABSENT]
