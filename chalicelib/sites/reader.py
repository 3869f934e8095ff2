"""The reader of pages: `python -m chalicelib.sites.reader`, a process of its own for one order.

It reads an order from standard input and writes answers to standard output (sites.wire). It ends, with all
that it has started, when standard input does: whoever gave the order is gone then.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yt_dlp.networking.common import Request

from chalicelib.sites import formats, media, wire
from chalicelib.sites.bounded import Limits
from chalicelib.sites.failures import SiteError
from chalicelib.sites.session import Session
from chalicelib.sites.translation import disk_is_full
from chalicelib.sites.wire import Answer, Failed, Kept, Order, Received

MOST_MEMORY = 1 << 30
"""Bytes of data; a manifest of a few kilobytes may stand for any number of pieces."""
_BETWEEN_SECONDS = 0.5
_SPARE_SECONDS = 60


def main() -> None:
    say = _voice()
    order = wire.order_in(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    most = int(order.seconds) + _SPARE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    say(_last(order, say))
    os._exit(0)  # whatever still waits in a thread


def _voice() -> Callable[[Answer], None]:
    """Standard output for answers alone: libraries that print do so elsewhere."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    lock = threading.Lock()

    def say(answer: Answer) -> None:
        with lock:
            out.write(wire.line_of(answer))

    return say


def _end_with_the_worker() -> None:
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _last(order: Order, say: Callable[[Answer], None]) -> Answer:
    try:
        return _read(order, say)
    except SiteError as error:
        return Failed(wire.DISK_FULL) if disk_is_full(error) else Failed(error.code, error.details)
    except media.TooLarge:
        return Failed(wire.TOO_LARGE)


def _read(order: Order, say: Callable[[Answer], None]) -> Answer:
    limits = Limits.within(order.seconds, max_bytes=media.PIECE_BYTES)
    with media.session_for(order, limits) as session:
        info = media.find(session, order.url)
        formats.check(info)
        if formats.is_plain_file(info) and not order.on_youtube:
            address = info["url"]
            return formats.found(info, address, session.ydl.cookiejar.get_cookie_header(address))
        if info["protocol"] in formats.HLS:
            info = _with_playlist(session, info)
        # YouTube gives its files piece by piece, and to the address that asked for them
        found = formats.found(info, None, None)
        say(found)
        if not order.allows(found):
            return Failed(wire.TOO_LARGE)
        media.download(session, info, str(Path(order.folder) / wire.FILE), order.max_bytes, _teller(say))
    return Kept()


def _with_playlist(session: Session, info: dict[str, Any]) -> dict[str, Any]:
    with session.translated():
        request = Request(info["url"], headers=info.get("http_headers") or {})
        with session.ydl.urlopen(request) as response:
            playlist, url = response.read().decode("utf-8", "replace"), response.url
    seconds = formats.finished_stream(playlist)
    known = {"duration": info.get("duration") or seconds, "url": url, "hls_media_playlist_data": playlist}
    return info | known | {"protocol": "m3u8_native"}


def _teller(say: Callable[[Answer], None]) -> Callable[[int, int | None], None]:
    last = 0.0

    def tell(received: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _BETWEEN_SECONDS:
            last = now
            say(Received(received, total))

    return tell


if __name__ == "__main__":
    main()
