"""Sources for the benches of the audio worker, made by ffmpeg alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bench import ffmpegs

# stereo chords over noise: encoders work as hard on it as on music
_MUSIC = "aevalsrc='0.2*sin(440*t*PI)+0.05*random(0)|0.2*sin(661*t*PI)+0.05*random(1)':s=48000"
_PICTURE = "testsrc2=s=640x360:r=25"
_VOICE = "aevalsrc='0.3*sin(2*PI*t*(150+100*floor(mod(t*4,4))))*exp(-3*mod(t,0.4))+0.01*random(0)':s=16000"
FRONT_INDEX = ("-movflags", "+faststart")


def run(*arguments: str | Path, program: str = "") -> None:
    command = [program or ffmpegs.complete(), "-y", "-nostdin", "-loglevel", "error", *map(str, arguments)]
    subprocess.run(command, check=True)


def video(path: Path, seconds: int = 600, picture: str = "1300k") -> None:
    """About 11 MB a minute at the usual bit rate of the picture; the index stands in front."""
    shown = ("-f", "lavfi", "-i", _PICTURE, "-c:v", "libx264", "-preset", "ultrafast", "-b:v", picture)
    heard = ("-f", "lavfi", "-i", _MUSIC)
    run(*shown[:4], *heard, "-t", str(seconds), *shown[4:], "-b:a", "192k", *FRONT_INDEX, path)


def repeated(source: Path, path: Path, times: int) -> None:
    """`source` again and again, without encoding anything; of sound alone, or with a picture. The sound goes
    on without a gap, since it is repeated as bare frames, which have no padding at their ends."""
    frames = path.with_name("frames.aac")
    once = path.with_name("once.aac")
    run("-i", source, "-vn", "-c", "copy", "-f", "adts", once)
    frames.write_bytes(once.read_bytes() * times)
    picture = ("-stream_loop", str(times - 1), "-i", source)
    run(*picture, "-i", frames, "-map", "0:v?", "-map", "1:a", "-c", "copy", *FRONT_INDEX, path)
    frames.unlink()
    once.unlink()


def speech(path: Path, hours: int) -> None:
    """Mono at 24 kbit/s."""
    part = path.with_name("part.m4a")
    run("-f", "lavfi", "-i", _VOICE, "-t", "600", "-c:a", "aac", "-b:a", "24k", part)
    repeated(part, path, hours * 6)
    part.unlink()
