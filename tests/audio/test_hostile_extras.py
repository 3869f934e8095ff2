"""Tags, chapters and covers that are too many, too long, broken, or meant to break something."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from chalicelib.audio import cover, picture
from chalicelib.audio.kept import look
from tests.audio import containers, pictured
from tests.audio import media as truth
from tests.audio.conftest import Audio


def tagged(media: Path, name: str, text: str) -> str:
    (media / "tags.txt").write_text(";FFMETADATA1\n" + text)
    truth.ffmpeg(*truth.music(), "-i", media / "tags.txt", "-map_metadata", "1", "-c:a", "flac", media / name)
    return f"plain/{name}"


@pytest.mark.parametrize("to", ["mp3", "aac", "flac", "wav", "ogg", "opus"])
def test_strange_tags(audio: Audio, media: Path, to: str) -> None:
    path = tagged(
        media,
        "strange.mkv",
        "title=one\\\ntwo\x07\\=three\\; -f null\n"
        f"artist={'é' * 200_000}\n"
        f"comment={'c' * 1_000_000}\n"
        "album=\x01\x02 \n"
        + "".join(f"x{number}=junk\n" for number in range(3000))
        + "copyright=\u2028me\u202e\n",
    )
    outcome = audio.run(path, to, preserve_metadata=True)
    tags = truth.tags(audio.result(outcome))
    assert tags["title"] == "one two =three; -f null"
    assert tags["artist"] == "é" * 500
    assert tags["comment"] == "c" * 8000
    assert tags["copyright"].startswith("me")
    assert set(tags) - {"encoder"} == {"title", "artist", "comment", "copyright"}
    assert outcome["warnings"] == []


def test_more_than_anyone_reads(audio: Audio, media: Path) -> None:
    path = tagged(media, "endless.mkv", "title=First\n" + f"comment={'c' * 6_000_000}\nalbum=Last\n")
    tags = truth.tags(audio.result(audio.run(path, "flac", preserve_metadata=True)))
    assert tags["title"] == "First"


def test_too_many_chapters(audio: Audio, media: Path) -> None:
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={0}\nEND={1}\ntitle={2}\n"
    text = "".join(chapter.format(n * 2, n * 2 + 2, f"{n}\\\n{'t' * 300}") for n in range(1000))
    path = tagged(media, "many-chapters.mkv", text)
    data = audio.result(audio.run(path, "mp3", preserve_metadata=True)).read_bytes()
    found = containers.id3_marks(data)
    assert len(found) == 255
    assert found[3] == (0.006, 0.008, "3 " + "t" * 198)


def picture_block(data: bytes, mime: bytes) -> bytes:
    head = struct.pack(">II", 3, len(mime)) + mime + struct.pack(">I", 0)
    return head + struct.pack(">IIIII", 0, 0, 0, 0, len(data)) + data


def covered(media: Path, name: str, data: bytes, mime: bytes = b"image/jpeg") -> str:
    """A FLAC file with `data` for its cover, put there by hand: ffmpeg would look at it."""
    if not (media / "bare.flac").exists():
        truth.ffmpeg(*truth.music(), "-c:a", "flac", media / "bare.flac")
    bare = (media / "bare.flac").read_bytes()
    block = picture_block(data, mime)
    info = bare[4:42]
    (media / name).write_bytes(b"fLaC" + info + b"\x06" + len(block).to_bytes(3, "big") + block + bare[42:])
    return f"plain/{name}"


def bomb(side: int) -> bytes:
    """A PNG of few bytes and very many black pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((1 + side // 8) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = pictured.photo()
BAD = {
    "cut": (JPEG[: len(JPEG) // 2], b"image/jpeg"),
    "noise": (bytes(range(256)) * 40, b"image/jpeg"),
    "page": (b"<svg onload='alert(1)'/>", b"image/png"),
    "gif": (pictured.photo("GIF"), b"image/gif"),
    "bomb": (bomb(16_000), b"image/png"),
    "large": (bomb(4_000), b"image/png"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_cover_is_left_out(audio: Audio, media: Path, bad: str) -> None:
    path = covered(media, f"{bad}.flac", *BAD[bad])
    outcome = audio.run(path, "mp3", preserve_metadata=True)
    assert outcome["warnings"] == ["cover_dropped"]
    names = [name for name, _ in containers.id3_frames(audio.result(outcome).read_bytes())]
    assert "APIC" not in names
    assert truth.seconds(audio.result(outcome)) == pytest.approx(3, abs=0.1)
    assert audio.run(path, "wav", preserve_metadata=True)["warnings"] == []


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", b"image/jpeg"), ("PNG", b"image/png")])
def test_any_good_cover_becomes_a_small_plain_jpeg(audio: Audio, media: Path, kind: str, mime: bytes) -> None:
    path = covered(media, f"good-{kind}.flac", pictured.photo(kind, (2400, 1600)), mime)
    outcome = audio.run(path, "flac", preserve_metadata=True)
    assert (outcome["warnings"], outcome["mode"]) == ([], "copy")
    _, found = containers.flac_picture(audio.result(outcome).read_bytes())
    image = pictured.shown(found)
    assert image.size == (1000, 667)
    assert [secret for secret in pictured.SECRETS if secret in found] == []


def test_a_cover_of_more_bytes_than_covers_have(environment: pytest.MonkeyPatch, media: Path) -> None:
    path = covered(media, "heavy.flac", JPEG + bytes(15 << 20))
    environment.setattr(cover, "MOST_BYTES", 1 << 20)
    source = media / path.partition("/")[2]
    known = look(source, 0, lambda _: None)
    assert known.cover is not None
    assert cover.take(source, known.cover, lambda _: None) is None


def test_the_front_cover_is_taken_rather_than_the_first(environment: pytest.MonkeyPatch, media: Path) -> None:
    (media / "small.jpg").write_bytes(pictured.photo(size=(64, 64)))
    (media / "front.jpg").write_bytes(JPEG)
    sources = [*truth.music(), "-i", str(media / "small.jpg"), "-i", str(media / "front.jpg")]
    kinds = ["-metadata:s:v:0", "comment=Artist/performer", "-metadata:s:v:1", "comment=Cover (front)"]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-c:v", "copy"]
    truth.ffmpeg(*sources, *maps, *kinds, media / "two.mp3")
    known = look(media / "two.mp3", 0, lambda _: None)
    assert known.cover == 2


def test_newer_kinds_of_pictures() -> None:
    assert picture.clean(pictured.photo("WEBP", (1500, 3000)))[:2] == (500, 1000)


def test_transparent_pictures_stand_on_white() -> None:
    width, height, jpeg = picture.clean(pictured.transparent())
    image = pictured.shown(jpeg)
    assert image.size == (width, height) == (20, 10)
    assert min(image.crop((0, 0, 6, 10)).tobytes()) > 250


def test_pictures_are_turned_upright() -> None:
    assert picture.clean(pictured.sideways((200, 100)))[:2] == (100, 200)


def test_a_picture_is_decoded_where_there_is_nothing_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    found = cover.made_anew(JPEG)
    assert found
    assert (found.width, found.height) == (640, 480)
    assert pictured.shown(found.jpeg).size == (640, 480)


def test_a_decoder_may_not_take_long() -> None:
    """Its limits, as the child sets them for itself."""
    program = (
        "import io, resource, sys\n"
        "from chalicelib.audio import picture\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(b''))\n"
        "try:\n    picture.main()\nexcept Exception:\n    pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_AS)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["10", str(1 << 30)]
