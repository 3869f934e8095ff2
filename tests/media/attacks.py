"""Files that try to make their reader open something else."""

from __future__ import annotations

import struct
from collections.abc import Mapping

PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}\n#EXT-X-ENDLIST\n"
MPD = 'MPD xmlns="urn:mpeg:dash:schema:mpd:2011"'
MANIFEST = f"""<?xml version="1.0"?><{MPD} type="static" mediaPresentationDuration="PT5S"
profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="audio/mp4">
<Representation id="1" bandwidth="1"><BaseURL>{{url}}</BaseURL></Representation>
</AdaptationSet></Period></MPD>"""
SESSION = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=x:{url}\n"
DIALOGUE = "[Script Info]\nScriptType: v4.00+\n[Events]\nDialogue: 0,0:00:00.00,0:00:05.00,,,0,0,0,,{url}\n"
LISTS: Mapping[str, str] = {
    "list.m3u8": PLAYLIST,
    "key.m3u8": PLAYLIST.replace("#EXTINF", '#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF'),
    "map.m3u8": PLAYLIST.replace("#EXTINF", '#EXT-X-MAP:URI="{url}"\n#EXTINF'),
    "list.m3u": "{url}\n",
    "list.pls": "[playlist]\nFile1={url}\nNumberOfEntries=1\n",
    "list.asx": '<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
    "list.asf": "[Reference]\nRef1={url}\n",
    "manifest.mpd": MANIFEST,
    "entities.mpd": f'<!DOCTYPE MPD [<!ENTITY x SYSTEM "{{url}}">]><{MPD}><Period>&x;</Period></MPD>',
    "list.ffconcat": "ffconcat version 1.0\nfile '{url}'\n",
    "session.sdp": SESSION,
    "picture.svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>',
    "words.srt": "1\n00:00:00,000 --> 00:00:05,000\n{url}\n",
    "words.vtt": "WEBVTT\n\n00:00.000 --> 00:05.000\n{url}\n",
    "words.ass": DIALOGUE,
}
DISGUISES: Mapping[str, bytes] = {
    "none": b"",
    "box": b"\x00\x00\x00\x08free",
    "brand": b"\x00\x00\x00\x10ftypisom\0\0\2\0",
    "tag": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "zeros": bytes(512),
    "mark": b"\xef\xbb\xbf\n",
    "sync": b"G" + bytes(187),
    "chunk": b"RIFF\xff\xff\xff\x7fWAVE",
}
OTHERS: Mapping[str, bytes] = {
    "program.mp4": b"\x7fELF\x02\x01\x01" + bytes(4096),
    "archive.mp4": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(4096),
    "zipped.mp3": b"\x1f\x8b\x08\x00" + bytes(4096),
    "paper.mp3": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(4096),
    "picture.mp3": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06"
    + bytes(4096),
    "animation.ogg": b"GIF89a\x01\x00\x01\x00\x80" + bytes(4096),
    "photo.wav": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(4096),
    "flash.flv": b"FWS\x09" + bytes(4096),
    "metadata.mp4": b";FFMETADATA1\ntitle=x\n",
    "script.mp4": b"#!/bin/sh\ntouch pwned\n",
}
"""Named as what they are not."""


def avi_with_subtitles(inside: bytes) -> bytes:
    """A second of sound, and a track of subtitles whose one packet holds a file of its own: players read on
    in whatever that is."""
    packet = b"GAB2\0" + struct.pack("<HI", 2, 6) + "en\0".encode("utf-16-le")
    packet += struct.pack("<HI", 4, len(inside)) + inside
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    tracks = _track(b"auds", 8000, 8000, 2, form) + _track(b"txts", 1, 1, 0, b"")
    main = struct.pack("<14I", 1_000_000, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0)
    header = _list(b"hdrl", _chunk(b"avih", main) + tracks)
    content = _list(b"movi", _chunk(b"01tx", packet) + _chunk(b"00wb", bytes(range(250)) * 64))
    return _chunk(b"RIFF", b"AVI " + header + content)


def _track(kind: bytes, rate: int, length: int, block: int, form: bytes) -> bytes:
    times = struct.pack("<4I", 1, rate, 0, length)
    header = kind + bytes(16) + times + struct.pack("<3I4H", 0, 0, block, 0, 0, 0, 0)
    return _list(b"strl", _chunk(b"strh", header) + _chunk(b"strf", form))


def _list(kind: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", kind + content)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def film_elsewhere(film: bytes, path: str) -> bytes:
    """`film`, whose index is at its end, with its data said to be in the file `path`."""
    absolute = path.encode()
    alias = bytes(10) + b"\x01x".ljust(28, b"\0") + bytes(12) + b"\x01x".ljust(64, b"\0") + bytes(16)
    alias += struct.pack(">HH", 1, 1) + bytes(16)
    for kind, text in ((2, absolute), (18, absolute)):
        alias += struct.pack(">HH", kind, len(text)) + text + b"\0" * (len(text) % 2)
    alias += struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    itself = struct.pack(">I4sI", 12, b"url ", 1)
    at = film.rindex(itself)
    parts = bytearray(film[:at] + entry + film[at + len(itself) :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        size = parts.rindex(box, 0, at) - 4
        old = int.from_bytes(parts[size : size + 4], "big")
        parts[size : size + 4] = (old + len(entry) - len(itself)).to_bytes(4, "big")
    return bytes(parts)
