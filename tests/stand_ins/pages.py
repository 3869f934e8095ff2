"""A site of videos: pages, playlists and files at the paths that a test puts them.

    with Pages() as site:
        site.show("/watch", page(video("/talk.mp4")))
        site.files["/talk.mp4"] = data

Files are served with ranges. `log` holds every request in order; a path of `silent` is never answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.stand_ins.loopback import Handler, Loopback


@dataclass(frozen=True)
class Shown:
    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""


class Pages(Loopback):
    def __init__(self, *, host: str = "127.0.0.1") -> None:
        super().__init__(_PagesHandler, host=host)
        self.pages: dict[str, Shown] = {}
        self.files: dict[str, bytes] = {}
        self.silent: set[str] = set()
        self.log: list[Asked] = []

    def show(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **more: str) -> str:
        """The URL of what is shown; `more` are headers, with dashes for underscores."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Shown(data, kind, headers={k.replace("_", "-"): v for k, v in more.items()})
        return self.url(path)

    def redirect(self, path: str, to: str) -> str:
        self.pages[path] = Shown(b"", status=302, headers={"Location": to})
        return self.url(path)

    def asked(self, path: str) -> list[Asked]:
        return [each for each in self.log if each.path == path]


class _PagesHandler(Handler):
    owner: Pages
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.log.append(Asked(self.command, self.path, headers))
        if self.path in self.owner.silent:
            self.owner.stopping.wait()
            self.close_connection = True
        elif self.path in self.owner.files:
            self._file(self.owner.files[self.path])
        else:
            shown = self.owner.pages.get(self.path, Shown(b"no such page", status=404))
            self.answer(shown.status, shown.body, {"Content-Type": shown.kind, **shown.headers})

    do_HEAD = do_GET  # noqa: N815 http.server's name

    def _file(self, data: bytes) -> None:
        known = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            self.answer(200, data, known)
            return
        start, end = int(asked[1]), int(asked[2] or len(data) - 1)
        part = data[start : end + 1]
        last = start + len(part) - 1
        self.answer(206, part, known | {"Content-Range": f"bytes {start}-{last}/{len(data)}"})


def page(*parts: str, title: str = "A talk") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{''.join(parts)}</body></html>"


def video(src: str) -> str:
    return f'<video src="{src}" controls></video>'


def playlist(*pieces: str, seconds: float = 2.0, end: str = "#EXT-X-ENDLIST\n", head: str = "") -> str:
    """HLS of pieces that last so long each."""
    rows = "".join(f"#EXTINF:{seconds:.3f},\n{piece}\n" for piece in pieces)
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:{int(seconds) + 1}\n{head}{rows}{end}"
