"""Small sources that would take much of a careless reader: time, memory, disk."""

from __future__ import annotations

from pathlib import Path

from tests.audio.media import ffmpeg, music
from tests.stand_ins.loopback import Handler, Loopback

SILENT_SECONDS = 60_000


def silence(path: Path) -> None:
    """Two megabytes of FLAC that become eleven gigabytes."""
    part = path.with_name("silence.part.mka")
    quiet = ["-f", "lavfi", "-i", "anullsrc=d=600:r=48000"]
    ffmpeg(*quiet, "-c:a", "flac", "-compression_level", "0", "-frame_size", "32768", part)
    times = str(SILENT_SECONDS // 600 - 1)
    ffmpeg("-stream_loop", times, "-i", part, "-c", "copy", "-cluster_time_limit", "30000", path)


def tagged(sound: bytes) -> bytes:
    """An MP3 behind five thousand tags and one of five megabytes."""
    frames = b"".join(_frame(b"TXXX", b"\0%d\0%s" % (number, b"x" * 40)) for number in range(5000))
    frames += _frame(b"COMM", b"\0eng\0" + b"y" * 5_000_000)
    size = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frames + sound


def _frame(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "big") + b"\0\0" + content


def chaptered(path: Path) -> None:
    chapter = "[CHAPTER]\nTIMEBASE=1/1000000\nSTART={0}\nEND={1}\ntitle=Stream #0:{0}: Audio: no\n"
    text = ";FFMETADATA1\n" + "".join(chapter.format(number, number + 1) for number in range(20_000))
    path.with_suffix(".txt").write_text(text)
    ffmpeg(*music(), "-i", path.with_suffix(".txt"), "-map_metadata", "1", "-c:a", "flac", path)


def large_index(film: bytes, size: int) -> bytes:
    """`film` with `size` bytes of nothing at the end of its index."""
    at = film.index(b"moov") - 4
    old = int.from_bytes(film[at : at + 4], "big")
    index = bytearray(film[at : at + old] + (8 + size).to_bytes(4, "big") + b"free" + bytes(size))
    index[:4] = len(index).to_bytes(4, "big")
    if at < film.index(b"mdat"):
        _move_media(index, 8 + size)
    return film[:at] + index + film[at + old :]


def _move_media(index: bytearray, by: int) -> None:
    """Chunks that lie behind the index lie further behind it now."""
    table = index.find(b"stco")
    while table >= 0:
        count = int.from_bytes(index[table + 8 : table + 12], "big")
        for entry in range(table + 12, table + 12 + 4 * count, 4):
            index[entry : entry + 4] = (int.from_bytes(index[entry : entry + 4], "big") + by).to_bytes(
                4, "big"
            )
        table = index.find(b"stco", table + 1)


def nested(depth: int) -> bytes:
    """Matroska whose one tag holds a tag that holds a tag …"""
    inner = b""
    for _ in range(depth):
        inner = b"\x67\xc8" + _size(len(inner)) + inner
    tags = b"\x12\x54\xc3\x67" + _size(len(inner) + 10) + b"\x73\x73" + _size(len(inner)) + inner
    header = b"\x1a\x45\xdf\xa3" + _size(11) + b"\x42\x82\x88matroska"
    return header + b"\x18\x53\x80\x67" + _size(len(tags)) + tags


def _size(value: int) -> bytes:
    return (1 << 56 | value).to_bytes(8, "big")


class Endless(Loopback):
    """At any path, `start` and then `again` for ever."""

    def __init__(self, start: bytes, again: bytes) -> None:
        super().__init__(_EndlessHandler)
        self.first, self.again = start, again


class _EndlessHandler(Handler):
    owner: Endless

    def do_GET(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.end_headers()
        self.wfile.write(self.owner.first)
        while not self.owner.stopping.is_set():
            self.wfile.write(self.owner.again)
