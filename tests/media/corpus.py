"""Every container, codec and fault that the service may meet, as tiny files: `make(folder)`.

The good ones are made here, what can be wrong with them in faults.py and attacks.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.audio.media import ffmpeg, mono, music, picture
from tests.media import faults

_H264 = ["-c:v", "libx264", "-preset", "ultrafast"]
_TAGS = ("title=A “title”: naïve", "artist=Somebody", "location=+1+1/")
_TITLED = [part for tag in _TAGS for part in ("-metadata", tag)]
_AAC = ["-c:a", "aac", "-b:a", "128k"]
_SURROUND = ["-af", "pan=5.1|c0=c0|c1=c1|c2=c0|c3=c1|c4=c0|c5=c1"]
_MP3 = ["-c:a", "libmp3lame"]
_HEADERLESS = ["-write_xing", "0", "-id3v2_version", "0"]

NAMES = (
    "-y.mp4",
    'it\'s "naïve" – 日本語 $(touch pwned);&|.mp4',
    "concat:a|b.mp4",
    "http:%2f%2f127.0.0.1.mp4",
)
SHOW_THAT_THEY_ARE_CUT = (
    "faststart.mp4", "index-last.mp4", "fragmented.mp4", "vp9-opus.webm", "vorbis.mkv", "aac.flv", "vbr.mp3",
    "flac.flac", "pcm.aiff", "tta.tta", "wavpack.wv",
)  # fmt: skip
CUT = (
    *SHOW_THAT_THEY_ARE_CUT,
    *("aac.ts", "dvd.mpg", "mp3.avi", "wma1.wma", "adts.aac", "vorbis.ogg", "s16.wav", "alac.caf", "ac3.ac3"),
)
"""These are there once more as `half-…`, the first half of eight seconds."""
CUT_SECONDS = 8


def make(folder: Path) -> None:
    uncut, subtitles = folder / "uncut", folder / "subtitles.srt"
    uncut.mkdir()
    subtitles.write_text("1\n00:00:00,500 --> 00:00:02,500\nA lamp\nneeds oil.\n")
    wanted = [(folder / name, arguments) for name, arguments in {**_shaped(3), **_single(subtitles)}.items()]
    wanted += [(uncut / name, arguments) for name, arguments in _shaped(CUT_SECONDS).items() if name in CUT]
    with ThreadPoolExecutor(os.cpu_count()) as several:
        list(several.map(lambda one: ffmpeg(*one[1], one[0]), wanted))
    for name in CUT:
        whole = (uncut / name).read_bytes()
        (folder / f"half-{name}").write_bytes(whole[: len(whole) // 2])
    for name in NAMES:
        (folder / name).write_bytes((folder / "faststart.mp4").read_bytes())
    ffmpeg("-stream_loop", "599", "-i", folder / "minute.aac", "-c", "copy", folder / "ten-hours.m4a")
    for name, data in faults.files(folder):
        (folder / name).write_bytes(data)


def _shaped(seconds: float) -> dict[str, list[str]]:
    """The sources of one length: ffmpeg's arguments before the file's name."""
    sound, film = music(seconds), [*music(seconds), *picture(seconds), *_H264]
    return {
        **_mp4(film, sound),
        **_matroska(film, sound),
        **_older(film, sound, picture(seconds)),
        **_encoded(sound),
        **_samples(sound),
    }


def _mp4(film: list[str], sound: list[str]) -> dict[str, list[str]]:
    return {
        "faststart.mp4": [*film, *_AAC, *_TITLED, "-movflags", "+faststart"],
        "index-last.mp4": [*film, *_AAC, *_TITLED],
        "fragmented.mp4": [*film, *_AAC, "-movflags", "+frag_keyframe+empty_moov"],
        "surround.mp4": [*film, *_SURROUND, "-c:a", "aac"],
        "mp3.mp4": [*film, *_MP3, "-b:a", "128k"],
        "alac.m4a": [*sound, "-c:a", "alac", *_TITLED],
        "pcm.mov": [*film, "-c:a", "pcm_s16le"],
    }


def _matroska(film: list[str], sound: list[str]) -> dict[str, list[str]]:
    vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
    return {
        "vp9-opus.webm": [*film, *vp9, "-c:a", "libopus", "-b:a", "96k", *_TITLED],
        "vorbis.mkv": [*film, "-c:a", "libvorbis", "-q:a", "3"],
        "flac.mkv": [*film, "-c:a", "flac"],
        "ac3-surround.mkv": [*film, *_SURROUND, "-c:a", "ac3"],
        "truehd.mkv": [*sound, "-c:a", "truehd", "-strict", "-2"],
        "opus.mka": [*sound, "-c:a", "libopus"],
    }


def _older(film: list[str], sound: list[str], seen: list[str]) -> dict[str, list[str]]:
    """Broadcasts, discs, and what films came in before MP4."""
    mpeg2 = [*sound, *seen, "-r", "25", "-c:v", "mpeg2video"]
    return {
        "aac.ts": [*film, *_AAC, "-f", "mpegts"],
        "mp2.ts": [*mpeg2, "-c:a", "mp2", "-f", "mpegts"],
        "eac3.ts": [*film, "-c:a", "eac3", "-f", "mpegts"],
        "dvd.mpg": [*mpeg2, "-c:a", "ac3", "-f", "dvd"],
        "mp3.avi": [*sound, *seen, "-c:v", "mpeg4", *_MP3],
        "aac.flv": [*film, *_AAC],
        "wma2.wmv": [*sound, *seen, "-c:v", "wmv2", "-c:a", "wmav2"],
        "wma1.wma": [*sound, "-c:a", "wmav1", *_TITLED],
        "pcm.mxf": [*mpeg2, "-c:a", "pcm_s16le"],
        "pcm.nut": [*sound, "-c:a", "pcm_s16le"],
    }


def _encoded(sound: list[str]) -> dict[str, list[str]]:
    return {
        "vbr.mp3": [*sound, *_MP3, "-q:a", "4", *_TITLED],
        "cbr.mp3": [*sound, *_MP3, "-b:a", "192k"],
        "layer-2.mp2": [*sound, "-c:a", "mp2"],
        "adts.aac": [*sound, *_AAC, "-f", "adts"],
        "vorbis.ogg": [*sound, "-c:a", "libvorbis", *_TITLED],
        "opus.opus": [*sound, "-c:a", "libopus", *_TITLED],
        "flac.ogg": [*sound, "-c:a", "flac", *_TITLED],
        "flac.flac": [*sound, "-c:a", "flac", *_TITLED],
        "wavpack.wv": [*sound, "-c:a", "wavpack"],
        "tta.tta": [*sound, "-c:a", "tta"],
        "ac3.ac3": [*sound, "-c:a", "ac3"],
        "eac3.eac3": [*sound, "-c:a", "eac3"],
        "dts.dts": [*sound, "-c:a", "dca", "-strict", "-2"],
    }


def _samples(sound: list[str]) -> dict[str, list[str]]:
    return {
        "s16.wav": [*sound, "-c:a", "pcm_s16le", *_TITLED],
        "s24-surround.wav": [*sound, *_SURROUND, "-c:a", "pcm_s24le"],
        "float.wav": [*sound, "-ar", "96000", "-c:a", "pcm_f32le"],
        "adpcm.wav": [*sound, "-c:a", "adpcm_ms"],
        "rf64.wav": [*sound, "-c:a", "pcm_s16le", "-rf64", "always"],
        "wave64.w64": [*sound, "-c:a", "pcm_s16le"],
        "pcm.aiff": [*sound, "-c:a", "pcm_s16be"],
        "alac.caf": [*sound, "-c:a", "alac"],
    }


def _single(subtitles: Path) -> dict[str, list[str]]:
    """What there is of one length only."""
    voice, telephone = mono(3, 16000), mono(3, 8000)
    cenc = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32]
    return {
        "speech.m4a": [*voice, "-c:a", "aac", "-b:a", "24k"],
        "minute.aac": [*mono(60, 16000), "-c:a", "aac", "-b:a", "12k"],
        "short-sound.mp4": [*music(3), *picture(9), *_H264, *_MP3, "-b:a", "128k"],
        "no-sound.mov": [*picture(), *_H264, "-an"],
        "subtitled.mkv": [*music(), "-i", str(subtitles), "-c:a", "libvorbis", "-c:s", "srt"],
        "three-tracks.mkv": list(_three_tracks()),
        "many-tracks.mka": [*telephone, *["-map", "0"] * 120, "-c:a", "pcm_mulaw"],
        "amr.3gp": [*telephone, *picture(), "-c:v", "mpeg4", "-c:a", "libopencore_amrnb", "-b:a", "12.2k"],
        "amr.amr": [*telephone, "-c:a", "libopencore_amrnb"],
        "nellymoser.flv": [*mono(3, 22050), "-c:a", "nellymoser"],
        "unsigned.wav": [*telephone, "-c:a", "pcm_u8"],
        "mulaw.wav": [*telephone, "-c:a", "pcm_mulaw"],
        "mulaw.au": [*telephone, "-c:a", "pcm_mulaw"],
        "real.rm": [*telephone, "-c:a", "real_144"],
        "encrypted.mp4": [*music(), *_AAC, *cenc],
        **{f"gap-{hours}h.mka": [*mono(2), *_gap(hours), "-c:a", "aac"] for hours in (2, 100)},
        **{f"one-frame.{kind}": [*mono(0.02, 48000), *codec] for kind, codec in _ONE_FRAME.items()},
        **{f"rate-{rate}.aac": [*music(2, rate), "-c:a", "aac"] for rate in (48000, 24000)},
        **{f"rate-{rate}.mp3": [*music(2, rate), *_MP3, *_HEADERLESS] for rate in (48000, 24000)},
        "rate-24000.ogg": [*mono(2, 24000), "-c:a", "libvorbis"],
    }


_ONE_FRAME = {"mp3": _MP3, "aac": ["-c:a", "aac"], "opus": ["-c:a", "libopus"], "flac": ["-c:a", "flac"]}


def _gap(hours: int) -> list[str]:
    """After the first second."""
    return ["-af", f"asetpts='if(lt(T,1),PTS,PTS+{hours * 3600}/TB)'"]


def _three_tracks() -> Iterator[str]:
    """English, German (marked as default) and French, which last three, two and one seconds."""
    yield from [*music(3), *mono(2, 48000), *mono(1, 48000), *picture(3), "-map", "3", *_H264]
    for number, language in enumerate(("eng", "deu", "fra")):
        yield from ["-map", f"{number}", f"-metadata:s:a:{number}", f"language={language}"]
    yield from ["-c:a", "libvorbis", "-disposition:a:0", "0", "-disposition:a:1", "default"]
