"""Tiny real files with subtitle tracks, and what is in them."""

from __future__ import annotations

from pathlib import Path

from tests.audio.media import ffmpeg, mono, music, picture

ENGLISH = ((0.5, 1.5, "Good evening & welcome."), (1.5, 2.5, "A lamp\nneeds oil."))
GERMAN = ((0.5, 1.5, "Guten Abend."), (1.5, 2.5, "Eine Lampe braucht Öl."))
FORCED = ((1.0, 1.4, "[sign: keep out]"),)
_VIDEO = ("-c:v", "libx264", "-preset", "ultrafast")
_CHAPTERS = ";FFMETADATA1\ntitle=On lamps\nartist=A keeper\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 1500}\ntitle={title}\n"
    for start, title in ((0, "Oil"), (1500, "Light"))
)


def srt(cues: tuple[tuple[float, float, str], ...]) -> str:
    return "\n".join(f"{n}\n{_at(a)} --> {_at(b)}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1))


def _at(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}".replace(".", ",")


def make_subtitled(folder: Path) -> None:
    names = {"en": ENGLISH, "de": GERMAN, "forced": FORCED}
    for name, cues in names.items():
        (folder / f"{name}.srt").write_text(srt(cues))
    (folder / "voices.vtt").write_text(
        "WEBVTT\n\n00:00.500 --> 00:01.500 align:start\n<v Ann>Good evening.\n\n"
        "00:01.500 --> 00:02.500\n<v Bob>A lamp &amp; oil.\n"
    )
    (folder / "tags.txt").write_text(_CHAPTERS)
    (folder / "wordless.srt").write_text(srt(((0.5, 1.5, "{\\an8}"),)))
    media = [*music(), *picture()]
    english, german, forced = (["-i", str(folder / f"{name}.srt")] for name in names)
    both = ["-map", "0", "-map", "1", "-map", "2"]
    spoken = [*_VIDEO, "-c:a", "aac"]
    tags = ["-i", str(folder / "tags.txt"), "-map_metadata", "3"]
    text = [*both, *spoken, "-c:s", "mov_text", "-metadata:s:s:0", "language=eng"]
    ffmpeg(*media, *english, *tags, *text, folder / "last.mp4")
    ffmpeg(*media, *english, *tags, *text, "-movflags", "+faststart", folder / "first.mp4")
    three = ["-metadata:s:s:0", "language=ger", "-metadata:s:s:1", "language=eng"]
    three += ["-metadata:s:s:1", "title=English: full", "-metadata:s:s:2", "language=eng"]
    three += ["-disposition:s:0", "default", "-disposition:s:2", "forced"]
    all_three = [*both, "-map", "3", "-map", "4", *spoken, "-c:s", "srt"]
    ffmpeg(*media, *german, *english, *forced, *all_three, *three, folder / "three.mkv")
    ffmpeg(*media, *english, *both, *spoken, "-c:s", "ass", folder / "styled.mkv")
    ffmpeg(*media, "-i", folder / "voices.vtt", *both, "-c:v", "libvpx", "-c:a", "libopus", "-c:s", "copy",
           "-metadata:s:s:0", "language=eng", folder / "voices.webm")  # fmt: skip
    ffmpeg(*media, *english, *both, *spoken, "-c:s", "srt", folder / "plain.mkv")
    pictures = (folder / "plain.mkv").read_bytes().replace(b"S_TEXT/UTF8", b"S_HDMV/PGS\0")
    (folder / "pictures.mkv").write_bytes(pictures)
    ffmpeg(*media, *spoken, folder / "none.mp4")
    ffmpeg(*media, "-i", folder / "wordless.srt", *both, *spoken, "-c:s", "copy", folder / "wordless.mkv")
    alone = [*both, *spoken, "-c:s", "srt", "-disposition:s:0", "forced"]
    ffmpeg(*media, *forced, *alone, folder / "forced.mkv")
    # larger than what is read before deciding how to go on
    long = [*music(12), *picture(12)]
    loud = [*both, *_VIDEO, "-c:a", "pcm_s16le"]
    ffmpeg(*long, *english, *loud, "-c:s", "srt", folder / "long.mkv")
    ffmpeg(*long, *english, *loud, "-c:s", "mov_text", "-movflags", "+faststart", folder / "long-first.mov")
    ffmpeg(*long, *english, *loud, "-c:s", "mov_text", folder / "long-last.mov")
    ffmpeg(*long, *_VIDEO, "-c:a", "pcm_s16le", folder / "long-none.mkv")
    ffmpeg(*mono(45, 48000), "-c:a", "pcm_s16le", folder / "long.wav")
