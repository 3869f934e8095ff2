"""A stand-in for www.youtube.com, on its own wire protocol.

    with YouTube({"dQw4w9WgXcQ": Video()}) as youtube:
        monkeypatch.setenv("BATCHREEL_YOUTUBE_BASE_URL", youtube.base)

A video it does not know is unavailable. `youtube.log` holds every request in order.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from tests.stand_ins import youtube_player
from tests.stand_ins.loopback import Handler, Loopback
from tests.stand_ins.youtube_lists import Channel, Lists, Playlist
from tests.stand_ins.youtube_videos import (
    API_KEY,
    CHALLENGE,
    EMPTY,
    UNAVAILABLE,
    Page,
    Video,
    failing,
    json_page,
    media_part,
    player_answer,
    timed_text,
    watch_page,
)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    """With the query string."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def route(self) -> str:
        return urlsplit(self.path).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


class Site:
    """What YouTube answers, whatever carries it. May be changed while it runs."""

    def __init__(
        self,
        videos: Mapping[str, Video] | None = None,
        playlists: Mapping[str, Playlist] | None = None,
        channels: Mapping[str, Channel] | None = None,
    ) -> None:
        self.videos = dict(videos or {})
        self.lists = Lists(playlists or {}, channels or {})
        self.log: list[Call] = []
        self.check_key = True
        """Whether the player wants the key of the watch page."""
        self._served: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def routes(self) -> list[str]:
        return [call.route for call in self.log]

    def answer(self, call: Call) -> Page:
        with self._lock:
            self.log.append(call)
        if call.route == "/watch":
            return self._watch(call)
        if call.route == "/youtubei/v1/player":
            return self._player(call)
        if call.route == "/youtubei/v1/browse":
            return self.lists.browse(json.loads(call.body))
        if call.route == "/api/timedtext":
            return self._timed_text(call)
        if call.route == "/videoplayback":
            return self._media(call)
        if call.route == youtube_player.PATH:
            return Page(body=youtube_player.SCRIPT.encode(), kind="text/javascript")
        return self.lists.page(call.route, call.query.get("list")) or failing(404)

    def _watch(self, call: Call) -> Page:
        video_id = call.query.get("v", "")
        video = self.videos.get(video_id, UNAVAILABLE)
        fault = self._fault(video_id, video, "watch")
        return fault or watch_page(video_id, video, call.headers.get("cookie", ""))

    def _player(self, call: Call) -> Page:
        asked = json.loads(call.body)
        client = asked["context"]["client"]["clientName"]
        if self.check_key and client == "ANDROID" and call.query.get("key") != API_KEY:
            return json_page({"error": {"code": 400}}, 400)
        video_id = asked["videoId"]
        video = self.videos.get(video_id, UNAVAILABLE)
        return self._fault(video_id, video, "player") or json_page(player_answer(video_id, video))

    def _timed_text(self, call: Call) -> Page:
        query = call.query
        video = self.videos[query["v"]]
        fault = self._fault(query["v"], video, "tlang" if "tlang" in query else "timedtext")
        if fault:
            return fault
        track = video.tracks[int(query["ei"])]
        return EMPTY if track.exp else timed_text(track, query.get("fmt"), query.get("tlang"))

    def _media(self, call: Call) -> Page:
        video_id = call.query.get("id", "")
        video = self.videos.get(video_id, UNAVAILABLE)
        if video.media is None:
            return failing(404)
        if video.challenged and call.query.get("n") != youtube_player.solved(CHALLENGE):
            return failing(403)
        return self._fault(video_id, video, "media") or media_part(video.media, call.headers.get("range", ""))

    def _fault(self, video_id: str, video: Video, step: str) -> Page | None:
        with self._lock:
            served = self._served[video_id, step]
            self._served[video_id, step] += 1
        first = video.first.get(step, ())
        return first[served] if served < len(first) else video.always.get(step)


class YouTube(Loopback):
    def __init__(
        self,
        videos: Mapping[str, Video] | None = None,
        playlists: Mapping[str, Playlist] | None = None,
        channels: Mapping[str, Channel] | None = None,
        *,
        site: Site | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(_YouTubeHandler, tls=tls)
        self.site = site or Site(videos, playlists, channels)

    @property
    def videos(self) -> dict[str, Video]:
        return self.site.videos

    @property
    def log(self) -> list[Call]:
        return self.site.log

    def routes(self) -> list[str]:
        return self.site.routes()


class _YouTubeHandler(Handler):
    owner: YouTube
    wbufsize = -1  # with head and body in two packets, each answer takes 40 ms
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        page = self.owner.site.answer(Call(self.command, self.path, headers, self.read_body()))
        if page.slow:
            self.owner.stopping.wait()
            self.close_connection = True
            return
        if page.drip:
            self.drip(page.drip)
            return
        # unsaid, the client may send its next request while this connection is being closed
        closing = {"Connection": "close"} if self.close_connection else {}
        self.answer(page.status, page.body, {"Content-Type": page.kind, **closing, **page.headers})

    do_POST = do_HEAD = do_GET  # noqa: N815 http.server's names
