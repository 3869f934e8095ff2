"""What to do when a URL leads to a page: a child process finds the media that the page plays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.audio import failures
from chalicelib.audio.progress import Progress
from chalicelib.audio.source import Download, Waiting, open_download, safe_name
from chalicelib.settings import settings
from chalicelib.sites.failures import SiteError
from chalicelib.sites.hosts import leads_to_youtube

_CHUNK = 1 << 18
_MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*(<|#EXTM3U)")


@contextmanager
def open_media(url: str, progress: Progress, folder: Path) -> Iterator[Download]:
    """What `url` leads to or, if that is a page, the one media that the page plays; `folder` may be used.

    Raises JobError as open_download does, and the failures of sites.
    """
    on_the_web = url.lower().startswith(("http://", "https://"))
    if not (settings().pages and on_the_web and leads_to_youtube(url)):
        with open_download(url, progress) as download:
            if not (settings().pages and on_the_web and _is_page(download)):
                yield download
                return
    with _played(url, progress, folder) as download:
        yield download


def _is_page(download: Download) -> bool:
    return download.sniffed.container == "text" and bool(_MARKUP.match(download.head))


@contextmanager
def _played(url: str, progress: Progress, folder: Path) -> Iterator[Download]:
    from chalicelib.audio.page_reading import read_page  # most jobs need none of it
    from chalicelib.sites.wire import FILE

    progress.enter("downloading", 0, 30)
    try:
        found = read_page(url, progress, folder)
    except SiteError as error:
        raise failures.from_site(error) from error
    name = f"{safe_name(found.title or '') or 'media'}.{found.extension}"
    if found.address is None:
        yield Fetched(folder / FILE, name, progress, found.seconds)
        return
    with open_download(
        found.address, progress, headers=found.headers, name=name, seconds=found.seconds
    ) as download:
        yield download


class Fetched(Download):
    """What the child has downloaded already."""

    def __init__(self, path: Path, name: str, progress: Progress, seconds: float | None) -> None:
        self._path = path
        super().__init__(name, _File(path), Waiting(progress.still), seconds)

    def spool(self, path: Path, progress: Progress) -> None:
        self._path.rename(path)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.length: int | None = path.stat().st_size
        self.received = 0

    def chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                self.received += len(chunk)
                yield chunk
