"""One page read by a child process: what it is asked, how long it may take, what its answers mean."""

from __future__ import annotations

import time
from pathlib import Path

from chalicelib.audio import failures
from chalicelib.audio.page_child import COMMAND, PageChild
from chalicelib.audio.progress import Progress
from chalicelib.errors import JobError
from chalicelib.settings import settings
from chalicelib.sites import wire
from chalicelib.sites.failures import SiteError
from chalicelib.sites.hosts import leads_to_youtube
from chalicelib.sites.wire import Answer, Failed, Found, Order, Received

FIND_SECONDS = 120.0
"""For a page to tell its media."""
COOKIES = "youtube-cookies"


def read_page(url: str, progress: Progress, folder: Path) -> Found:
    """Its one media; without an address, it lies in `folder` as wire.FILE. Raises SiteError and JobError."""
    if leads_to_youtube(url):
        return _of_youtube(url, progress, folder)
    return Reading(_order(url, progress, folder), progress).run()


def _of_youtube(url: str, progress: Progress, folder: Path) -> Found:
    """A rotating proxy has another address next time, so a block is tried again."""
    from chalicelib import vault
    from chalicelib.sites import proxies
    from chalicelib.sites.breaker import BLOCKED
    from chalicelib.sites.way import watched

    way, cookies = proxies.way(None), vault.secret(COOKIES)
    with watched(way, use="media"):
        for _ in range(settings().proxy_retries if way.proxy else 0):
            try:
                return Reading(_order(url, progress, folder, way.url, cookies), progress).run()
            except SiteError as error:
                if error.code != BLOCKED:
                    raise
        return Reading(_order(url, progress, folder, way.url, cookies), progress).run()


def _order(
    url: str, progress: Progress, folder: Path, proxy: str | None = None, cookies: str | None = None
) -> Order:
    return Order(
        url=url,
        folder=str(folder),
        seconds=max(0.0, progress.deadline - time.monotonic()),
        max_bytes=settings().source_max_bytes,
        max_seconds=settings().page_max_seconds,
        on_youtube=leads_to_youtube(url),
        proxy=proxy,
        cookies=cookies,
        js_runtime=settings().js_runtime,
    )


class Reading:
    """One order, as far as it has been carried out."""

    def __init__(self, order: Order, progress: Progress) -> None:
        self._order = order
        self._progress = progress
        self._until = time.monotonic() + FIND_SECONDS
        self._found: Found | None = None

    def run(self, command: tuple[str, ...] = COMMAND) -> Found:
        """Raises SiteError and JobError."""
        with PageChild(self._order, command) as child:
            for answer in child.answers(self._tick):
                found = self._take(answer)
                if found:
                    return found
        raise failures.reader_broke()

    def _tick(self) -> None:
        self._progress.still()
        if self._found is None and time.monotonic() >= self._until:
            code = "YOUTUBE_TIMEOUT" if self._order.on_youtube else "SITE_FAILED"
            raise SiteError(code, details=f"No media was found within {FIND_SECONDS:.0f} s")

    def _take(self, answer: Answer) -> Found | None:
        """What was found, once there is nothing more to wait for."""
        if isinstance(answer, Failed):
            raise _failure(answer, self._order.max_bytes)
        if isinstance(answer, Found):
            self._found = answer
            self._check(answer)
            return answer if answer.address else None
        if isinstance(answer, Received):
            self._progress.at(answer.size / answer.total if answer.total else 0.0)
            return None
        if self._found is None:
            raise failures.reader_broke()
        return self._found

    def _check(self, found: Found) -> None:
        if self._order.allows(found):
            return
        if found.seconds and found.seconds > self._order.max_seconds:
            raise failures.lasts_too_long(found.seconds, self._order.max_seconds)
        raise failures.too_many_bytes(self._order.max_bytes)


def _failure(answer: Failed, most: int) -> JobError:
    if answer.code == wire.TOO_LARGE:
        return failures.too_many_bytes(most)
    if answer.code == wire.DISK_FULL:
        return failures.no_space()
    if answer.code not in SiteError.causes:
        return failures.reader_broke()
    return SiteError(answer.code, answer.details)
