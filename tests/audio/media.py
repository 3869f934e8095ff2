"""Tiny real files, and the truth about files by full decoding."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()

# something like music: two moving voices, not alike left and right, with pauses
_MUSIC = (
    "aevalsrc='0.3*sin(2*PI*t*(220+40*floor(mod(t*3,5))))*exp(-2*mod(t,0.5))+0.02*(random(0)-0.5)"
    "|0.3*sin(2*PI*t*(330+30*floor(mod(t*2,7))))*exp(-3*mod(t,0.3333))+0.02*(random(1)-0.5)':s={rate}:d={seconds}"
)
_MONO = (
    "aevalsrc='0.4*sin(2*PI*t*(150+100*floor(mod(t*4,4))))*exp(-3*mod(t,0.4))+0.05*(random(0)-0.5)'"
    ":s={rate}:d={seconds}"
)
_PICTURE = "testsrc2=s=64x48:r=5:d={seconds}"
_GIVEN = ("title=A: title", "artist=Somebody", "comment=two\nlines", "location=+1+1/", "encoded_by=x")
_TAGS = [part for tag in _GIVEN for part in ("-metadata", tag)]


def ffmpeg(*arguments: str | Path) -> str:
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-hide_banner", "-nostats", "-y", *map(str, arguments)],
        capture_output=True, text=True, check=True, errors="replace",
    )  # fmt: skip
    return done.stderr


def music(seconds: float = 3, rate: int = 48000) -> list[str]:
    return ["-f", "lavfi", "-i", _MUSIC.format(seconds=seconds, rate=rate)]


def mono(seconds: float = 3, rate: int = 16000) -> list[str]:
    return ["-f", "lavfi", "-i", _MONO.format(seconds=seconds, rate=rate)]


def picture(seconds: float = 3) -> list[str]:
    return ["-f", "lavfi", "-i", _PICTURE.format(seconds=seconds)]


def make_media(folder: Path) -> None:
    """Every source the tests fetch."""
    video = ["-c:v", "libx264", "-preset", "ultrafast"]
    aac = ["-c:a", "aac", "-b:a", "128k"]
    ffmpeg(*music(), *picture(), *video, *aac, *_TAGS, "-movflags", "+faststart", folder / "aac.mp4")
    ffmpeg("-i", folder / "aac.mp4", "-c", "copy", "-metadata:s:a:0", "handler_name=Their handler",
           folder / "handled.mp4")  # fmt: skip
    ffmpeg(*music(), *picture(), *video, "-c:a", "aac", "-b:a", "256k", folder / "rich.mp4")
    ffmpeg(*music(), *picture(), "-c:v", "libvpx", "-c:a", "libopus", "-b:a", "96k", folder / "opus.webm")
    ffmpeg(*music(), *picture(), *video, "-c:a", "libvorbis", "-q:a", "3", folder / "vorbis.mkv")
    ffmpeg(*music(), *picture(), *video, "-c:a", "libmp3lame", "-b:a", "128k", folder / "mp3.mp4")
    ffmpeg(*music(), *picture(), *video, "-c:a", "ac3", "-ac", "6", folder / "surround.mkv")
    ffmpeg(*music(rate=96000), "-c:a", "flac", *_TAGS, folder / "high.flac")
    ffmpeg(*music(), *aac, "-f", "adts", folder / "raw.aac")
    ffmpeg(*music(), *picture(), *video, *aac, "-f", "mpegts", folder / "broadcast.ts")
    ffmpeg(*mono(), "-c:a", "pcm_s16le", folder / "mono.wav")
    ffmpeg(*picture(), *video, "-an", folder / "silent.mp4")
    ffmpeg("-f", "lavfi", "-i", "anullsrc=d=2", "-c:a", "pcm_s16le", folder / "silence.wav")
    ffmpeg(*music(0.2), "-c:a", "pcm_s16le", folder / "short.wav")
    ffmpeg(*music(), "-af", "volume=-24dB", "-c:a", "pcm_s24le", folder / "quiet.wav")
    ffmpeg(*music(), "-af", "volume=14dB", "-c:a", "pcm_f32le", folder / "loud.wav")
    # larger than what is read before deciding how to go on
    ffmpeg(*music(12), *picture(12), *video, "-c:a", "pcm_s16le", folder / "long.mkv")
    ffmpeg(*music(12), "-c:a", "pcm_s16le", folder / "long.wav")
    ffmpeg(*music(12), "-c:a", "flac", folder / "long.oga")
    ffmpeg(*music(12), "-c:a", "pcm_s16le", "-movflags", "+faststart", folder / "index-first.mov")
    ffmpeg(*music(12), "-c:a", "pcm_s16le", folder / "index-last.mov")
    ffmpeg(*mono(45, 48000), "-ac", "2", "-c:a", "libmp3lame", "-b:a", "320k", folder / "long.mp3")
    _make_tracks(folder)
    _make_untimely(folder)
    _make_stuffed(folder)
    _make_hostile(folder)


def _make_tracks(folder: Path) -> None:
    """Three tracks that differ in pitch, language and channels; and sound that is far from its start."""
    tones = [
        part for pitch in (300, 600, 1200) for part in ("-f", "lavfi", "-i", f"sine={pitch}:r=48000:d=3")
    ]
    tags = ["-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng", "-ac:a:1", "2"]
    tags += ["-metadata:s:a:2", "language=eng", "-metadata:s:a:2", "title=Comments: all"]
    default = ["-disposition:a", "0", "-disposition:a:2", "default"]
    mapped = [part for number in range(4) for part in ("-map", str(number))]
    video = ["-c:v", "libx264", "-preset", "ultrafast"]
    for name in ("tracks.mkv", "tracks.mp4"):
        ffmpeg(*tones, *picture(), *mapped, *video, "-c:a", "aac", *tags, *default, folder / name)
    ffmpeg(*mono(75), "-c:a", "pcm_s16le", folder / "far.mov")
    fade = ["-af", "volume='if(lt(t,8),1,0.1)':eval=frame"]
    ffmpeg(*music(12), *fade, "-c:a", "pcm_s16le", folder / "fading.mov")
    quad = ["-af", "pan=quad|FL=c0|FR=c1|BL=0.5*c0|BR=0.5*c1"]
    ffmpeg(*music(), *quad, "-c:a", "pcm_s16le", folder / "quad.wav")


def _make_untimely(folder: Path) -> None:
    """Ten seconds of picture; the sound starts 8 s late, or misses the three seconds from the third on."""
    video = ["-c:v", "libx264", "-preset", "ultrafast"]
    late = [*picture(10), "-itsoffset", "8", *music(2), "-map", "0", "-map", "1", *video, "-c:a", "aac"]
    for name in ("late.mp4", "late.mkv", "late.ts"):
        ffmpeg(*late, folder / name)
    ffmpeg(*late, "-ac", "6", folder / "late-surround.mkv")
    gap = ["-af", "aselect='lt(t,3)+gt(t,6)'"]
    ffmpeg(*picture(10), *music(10), *gap, *video, "-c:a", "aac", folder / "gap.mkv")
    ffmpeg(*picture(10), *music(10), *gap, *video, "-c:a", "libopus", folder / "gap.webm.mkv")
    # a change of format on the way, which confuses every timestamp after it
    parts = [folder / f"{rate}.aac" for rate in (48000, 24000)]
    for path in parts:
        ffmpeg(*music(4, int(path.stem)), "-c:a", "aac", "-f", "adts", path)
    (folder / "two-rates.aac").write_bytes(b"".join(path.read_bytes() for path in parts))
    for number, path in enumerate(parts):  # and the same with right timestamps
        ffmpeg("-i", path, "-c", "copy", "-output_ts_offset", str(4 * number), path.with_suffix(".ts"))
    (folder / "two-rates.ts").write_bytes(b"".join(path.with_suffix(".ts").read_bytes() for path in parts))


def _make_stuffed(folder: Path) -> None:
    """Much else before the sound, or beside it."""
    cover = folder / "cover.bmp"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=800x600:d=0.04", "-frames:v", "1", "-pix_fmt", "bgr24", cover)
    pictured = ["-map", "0", "-map", "1", "-c:v", "png", "-compression_level", "0", "-pred", "none"]
    for name in ("cover.mp3", "cover.flac"):
        ffmpeg(*music(), "-i", cover, *pictured, "-disposition:v", "attached_pic", folder / name)
    ffmpeg(*music(), "-c:a", "aac", "-attach", cover, "-metadata:s:t", "mimetype=image/bmp",
           folder / "attachment.mkv")  # fmt: skip
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={0}\nEND={1}\ntitle=Stream #0:9: Audio: no\n"
    texts = {
        "chapters.mkv": "title=Kept\n" + "".join(chapter.format(i * 2, i * 2 + 2) for i in range(1500)),
        "long-tag.mkv": "comment=" + "line\\\n" * 3500 + "end\ntitle=Kept\n",
    }
    for name, text in texts.items():
        (folder / "tags.txt").write_text(";FFMETADATA1\n" + text)
        ffmpeg(*music(), "-i", folder / "tags.txt", "-map_metadata", "1", "-c:a", "flac", folder / name)


def _make_hostile(folder: Path) -> None:
    whole = (folder / "index-last.mov").read_bytes()
    (folder / "half.mov").write_bytes(whole[: len(whole) // 2])
    flac = (folder / "high.flac").read_bytes()
    (folder / "half.flac").write_bytes(flac[: len(flac) // 4])
    (folder / "noise.mp4").write_bytes(bytes(range(1, 256)) * 2000)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "page.mp4").write_bytes(b"<!DOCTYPE html><html><body>Not found</body></html>")
    ffmpeg(*music(), "-c:a", "aac", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 31 + "1",
           "-encryption_kid", "0" * 31 + "2", folder / "encrypted.mp4")  # fmt: skip


def seconds(path: Path) -> float:
    """The true length: every sample decoded and counted."""
    samples = _output("-i", path, "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
    return len(samples) / 2 / 48000


def samples(path: Path, *options: str) -> NDArray[np.int16]:
    """What is heard, one row for each moment."""
    wav = _output("-i", path, "-map", "0:a:0", *options, "-c:a", "pcm_s16le", "-f", "wav", "-")
    return np.frombuffer(wav[wav.index(b"data") + 8 :], np.int16).reshape(-1, wav[22])


def first_sound(path: Path) -> float:
    """Seconds until something is heard."""
    text = ffmpeg("-i", path, "-map", "0:a:0", "-af", "silencedetect=n=-40dB:d=0.5", "-f", "null", "-")
    return float(re.findall(r"silence_end: ([\d.]+)", text)[0])


def lufs(path: Path) -> float:
    text = ffmpeg("-i", path, "-map", "0:a:0", "-af", "ebur128", "-f", "null", "-")
    found = re.findall(r"I:\s+(-?[\d.]+) LUFS", text)
    return float(found[-1])


def packets(path: Path) -> bytes:
    """Hash of the encoded audio, whatever it is wrapped in."""
    unwrap = ["-bsf:a", "aac_adtstoasc"] if path.suffix == ".aac" else []
    return _output("-i", path, "-map", "0:a:0", "-c", "copy", *unwrap, "-f", "streamhash", "-").partition(
        b"="
    )[2]


def tags(path: Path) -> dict[str, str]:
    text = _output("-i", path, "-map", "0:a:0", "-c", "copy", "-f", "ffmetadata", "-").decode()
    text = text.partition("\n[CHAPTER]\n")[0] + "\n"
    pairs = re.findall(r"^(\w+)=((?:[^\n\\]|\\\n|\\.)*)$", text, flags=re.MULTILINE)
    return {name.lower(): re.sub(r"\\(.|\n)", r"\1", value) for name, value in pairs}


def chapters(path: Path) -> list[tuple[float, float, str]]:
    """Start, end, title."""
    text = _output("-i", path, "-map", "0:a:0", "-c", "copy", "-f", "ffmetadata", "-").decode()
    found = []
    for part in text.split("\n[CHAPTER]\n")[1:]:
        values = dict(line.split("=", 1) for line in part.splitlines() if "=" in line)
        top, bottom = map(int, values["TIMEBASE"].split("/"))
        start, end = (int(values[name]) * top / bottom for name in ("START", "END"))
        found.append((start, end, re.sub(r"\\(.)", r"\1", values.get("title", ""))))
    return found


def cover(path: Path) -> bytes:
    return _output("-i", path, "-map", "0:v:0", "-c", "copy", "-f", "image2pipe", "-")


def _output(*arguments: str | Path) -> bytes:
    command = [FFMPEG, "-nostdin", "-v", "error", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert not done.stderr, done.stderr
    return done.stdout
