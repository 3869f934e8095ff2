"""Sources with all that a source can have beside its sound, and much of it better left behind."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from tests.audio.media import ffmpeg, music, picture

SECRETS = (
    *(b"Planted title", b"Planted artist", b"Planted comment", b"Planted chapter", b"Planted track"),
    *(b"+48.8577+002.295", b"PlantedCamera", b"PlantedEncoder", b"PlantedHandler", b"Planted file"),
    *(b"Planted profile", b"PlantedMaker", b"planted.txt"),
)
_TAGS = {
    "title": "Planted title", "artist": "Planted artist", "comment": "Planted comment\nof two lines",
    "location": "+48.8577+002.295/", "encoded_by": "PlantedEncoder", "make": "PlantedMaker",
    "description": "Planted file",
}  # fmt: skip
CHAPTERS = ((0.0, 1.0, "Planted chapter = one; #1"), (1.0, 2.0, "Zwei \\ é"), (2.0, 3.0, "Planted chapter 3"))


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """From a camera that tells where it was, with a profile and a comment."""
    image = Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "PlantedCamera"
    exif.get_ifd(0x8825)[29] = "+48.8577+002.295"
    data = io.BytesIO()
    comment = {"comment": b"Planted comment"} if kind == "JPEG" else {}
    image.save(data, kind, exif=exif, icc_profile=b"Planted profile" * 20, **comment)
    return data.getvalue()


def transparent() -> bytes:
    """20 × 10, seen through on the left half."""
    image = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (10, 0, 20, 10))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def sideways(size: tuple[int, int]) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    data = io.BytesIO()
    Image.new("RGB", size).save(data, "JPEG", exif=exif)
    return data.getvalue()


def shown(picture: bytes) -> Image.Image:
    """A JPEG of which every pixel can be decoded, and that says nothing else."""
    image = Image.open(io.BytesIO(picture))
    image.load()
    assert image.format == "JPEG"
    assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return image


def chapter_file(path: Path) -> Path:
    path.write_text(
        ";FFMETADATA1\n"
        + "".join(
            f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={round(start * 1000)}\nEND={round(end * 1000)}\n"
            f"title={_escaped(title)}\n"
            for start, end, title in CHAPTERS
        )
    )
    return path


def make_pictured(folder: Path) -> None:
    """`pictured.mp3`, `.flac`, `.m4a`, `.mkv` and `.mp4`, the last two with a film."""
    cover = folder / "photo.jpg"
    cover.write_bytes(photo())
    note = folder / "planted.txt"
    note.write_text("Planted file")
    given = [part for name, value in _TAGS.items() for part in ("-metadata", f"{name}={value}")]
    given += ["-metadata:s:a", "title=Planted track", "-metadata:s:a", "handler_name=PlantedHandler"]
    sound = [*music(), "-i", str(cover), "-i", str(chapter_file(folder / "chapters.txt"))]
    named = ["-map_metadata:g", "-1", "-map_chapters", "2", *given]
    plain = ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic", *named]
    ffmpeg(*sound, *plain, "-c:a", "libmp3lame", folder / "pictured.mp3")
    marks = [
        part
        for number, (start, _, title) in enumerate(CHAPTERS, start=1)
        for name, value in (("", f"00:00:{start:06.3f}"), ("NAME", title))
        for part in ("-metadata", f"CHAPTER{number:03}{name}={value}")
    ]
    ffmpeg(*sound, *plain, *marks, "-c:a", "flac", folder / "pictured.flac")
    ffmpeg(*sound, *plain, "-c:a", "aac", folder / "pictured.m4a")
    film = [*sound, *picture(), "-map", "3", "-map", "0"]
    coded = ["-c:v:0", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    ffmpeg(*film, *named, *coded, "-attach", cover, "-metadata:s:t:0", "mimetype=image/jpeg", "-attach", note,
           "-metadata:s:t:1", "mimetype=text/plain", folder / "pictured.mkv")  # fmt: skip
    ffmpeg(*film, "-map", "1", *named, *coded, "-c:v:1", "copy", "-disposition:v:1", "attached_pic",
           "-movflags", "+faststart", folder / "pictured.mp4")  # fmt: skip


def _escaped(text: str) -> str:
    return "".join("\\" + letter if letter in "=;#\\\n" else letter for letter in text)
