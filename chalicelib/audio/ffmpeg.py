"""Running ffmpeg on what strangers send: found once, fenced in, watched.

ffmpeg never opens a URL. It may read files and pipes in the listed containers, decode with the listed
audio decoders (for subtitle tracks, with those of text too) and nothing else: playlists, manifests and
video decoders stay out of reach.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache

from chalicelib.audio.child import Child, Feed, Finished, Tail
from chalicelib.audio.limits import WORKER_SECONDS, Limits
from chalicelib.errors import JobError
from chalicelib.settings import settings

LEAST_VERSION = (7, 0)  # older ones take no -thread_queue_size for an output: every copy would be encoded

# nothing of ours in the child: in Lambda the environment holds credentials. GCONV_PATH keeps static
# builds from loading the host's character set modules, which crashes them.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "GCONV_PATH": "/nonexistent"}

CONTAINERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,wav,wv"
)
DECODERS = (
    "aac,aac_latm,ac3,ac3_fixed,eac3,dca,truehd,mlp,mp1,mp1float,mp2,mp2float,mp3,mp3float,"
    "opus,libopus,vorbis,libvorbis,speex,libspeex,flac,alac,ape,tta,tak,shorten,als,wavpack,"
    "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,"
    "pcm_mulaw,pcm_alaw,pcm_bluray,pcm_dvd,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,adpcm_g722,"
    "adpcm_yamaha,amrnb,amrwb,g723_1,g729,gsm,gsm_ms,qcelp,evrc,sipr,ra_144,ra_288,cook,atrac3,atrac3p,"
    "wmav1,wmav2,wmapro,wmalossless,wmavoice,nellymoser,qdm2,qdmc,mace3,mace6"
)

SUBTITLE_DECODERS = "subrip,srt,mov_text,webvtt,ass,ssa,text"


def _fence(decoders: str) -> tuple[str, ...]:
    return (
        *("-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS),
        *("-codec_whitelist", decoders, "-max_streams", "100"),
        # a broadcast's sound may begin long after its picture
        *("-analyzeduration", "60M", "-probesize", "64M"),
    )


INPUT_FENCE = _fence(DECODERS)
SUBTITLE_FENCE = _fence(f"{DECODERS},{SUBTITLE_DECODERS}")
"""For subtitle tracks only; these decoders read text, never pictures."""
# one wrong timestamp is no reason for days of silence; a gap of more than an hour could not be filled anyway
_SANE = ("-max_alloc", str(512 << 20), "-dts_error_threshold", "3600")
_COMMON = ("-hide_banner", "-nostats", *_SANE, "-y")
_PROGRESS = ("-progress", "pipe:1", "-stats_period", "0.5")


@cache
def _find(configured: str) -> str:
    for path in _candidates(configured):
        version = _version(path)
        if version and version >= LEAST_VERSION:
            return path
    raise JobError("EXTRACTION_FAILED", "This service has no usable ffmpeg (7.0 or newer).", retryable=True)


def binary() -> str:
    """Path of an ffmpeg >= 7.0: the configured one, the one on PATH, or imageio-ffmpeg's."""
    return _find(settings().ffmpeg_path)


def _candidates(configured: str) -> Iterator[str]:
    if configured:
        yield configured
        return
    on_path = shutil.which("ffmpeg")
    if on_path:
        yield on_path
    with suppress(ImportError, RuntimeError):
        import imageio_ffmpeg

        yield str(imageio_ffmpeg.get_ffmpeg_exe())


def _version(path: str) -> tuple[int, int] | None:
    try:
        answer = subprocess.run(  # noqa: S603 a path from the operator
            [path, "-version"], capture_output=True, text=True, env=ENVIRONMENT, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    release = re.match(r"ffmpeg version n?(\d+)\.(\d+)", answer.stdout)
    if release:
        return int(release[1]), int(release[2])
    # builds from git carry no release number; they are newer than any release we refuse
    return (99, 0) if answer.stdout.startswith("ffmpeg version N-") else None


def run(
    arguments: Sequence[str],
    *,
    tick: Callable[[float], None],
    feed: Feed | None = None,
    level: str = "warning",
    max_bytes: int | None = None,
    max_seconds: float = WORKER_SECONDS,
    log: Tail | None = None,
) -> Finished:
    """Run ffmpeg to its end. `tick(seconds of media written)` is called at least twice a second; what it
    raises kills ffmpeg and comes out here, and so does what `feed` raises.

    No output file grows beyond `max_bytes`, and no core works for it longer than `max_seconds`. Raises
    JobError TIMEOUT after 60 s without any advance.
    """
    with begin(
        arguments, feed=feed, level=level, max_bytes=max_bytes, max_seconds=max_seconds, log=log
    ) as child:
        return finish(child, tick)


def begin(
    arguments: Sequence[str],
    *,
    feed: Feed | None = None,
    level: str = "warning",
    max_bytes: int | None = None,
    max_seconds: float = WORKER_SECONDS,
    log: Tail | None = None,
) -> Child:
    """As `run`, without waiting: enter what this returns, and `finish` it."""
    head = [binary(), *(() if feed else ("-nostdin",)), *_COMMON, "-loglevel", "level+" + level, *_PROGRESS]
    limits = Limits(max_seconds, max_bytes, settings().memory_mb)
    return Child([*head, *arguments], feed, ENVIRONMENT, limits, log or Tail(60))


def finish(child: Child, tick: Callable[[float], None]) -> Finished:
    child.watch()
    while child.listen():
        tick(child.seconds)
        child.check_advance()
    return child.finished()
