"""The videos of the stand-in for YouTube that the end-to-end tests ask for."""

from __future__ import annotations

from typing import Any

from tests.stand_ins import youtube_videos as known
from tests.stand_ins.youtube_lists import Entry, Playlist
from tests.stand_ins.youtube_videos import SLOW, Page, Track, Video, failing

SENTENCES = (
    "Welcome back everyone, thank you so much for coming tonight.",
    "A lighthouse of the eighteenth century burned coal on an open grate.",
    "Oil lamps with a hollow wick gave ten times the light of a candle.",
    "The French engineer Fresnel built a lens from rings of glass in 1822.",
    "His lens sent the light of one lamp thirty kilometres out to sea.",
    "Because the rings are thin, the lens weighs a tenth of a solid one.",
    "By 1860 every lighthouse of France and Scotland had a Fresnel lens.",
    "Ships insured in London paid lower premiums on lit coasts.",
    "That is all from me, thank you and good night.",
)


def spoken(*sentences: str) -> tuple[tuple[float, float, str], ...]:
    return tuple((4.0 * n, 4.0, sentence) for n, sentence in enumerate(sentences))


TALK = Video(tracks=(Track(cues=spoken(*SENTENCES)),), title="How lighthouses got their lamps", seconds=36)


def url(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


def numbered(prefix: str, number: int) -> str:
    """An id of YouTube's form."""
    return f"{prefix}{number:0{11 - len(prefix)}d}"


MANY = {numbered("many-", n): TALK for n in range(90)}
MUTE = {numbered("mute-", n): known.NO_CAPTIONS for n in range(10)}
LISTED = {numbered("list-", n): TALK for n in range(3)}

LIST = "PL" + "lighthouses" * 2 + "0123456789"
EMPTY_LIST = "PL" + "darkness__" * 3
PLAYLIST_URL = f"https://www.youtube.com/playlist?list={LIST}"
EMPTY_URL = f"https://www.youtube.com/playlist?list={EMPTY_LIST}"

FAILURES: dict[str, tuple[Video, str]] = {
    "disabled-00": (known.NO_CAPTIONS, "NO_CAPTIONS"),
    "unavailable": (known.UNAVAILABLE, "VIDEO_UNAVAILABLE"),
    "too-young-0": (known.AGE, "AGE_RESTRICTED"),
    "private-000": (known.PRIVATE, "VIDEO_PRIVATE"),
    "members-000": (known.MEMBERS, "MEMBERS_ONLY"),
    "elsewhere-0": (known.GEO, "GEO_BLOCKED"),
    "upcoming-00": (known.UPCOMING, "NOT_YET_AVAILABLE"),
    "blocked-000": (known.BLOCKED, "YOUTUBE_BLOCKED"),
    "limited-000": (Video(always={"timedtext": failing(429)}), "YOUTUBE_BLOCKED"),
    "slow-000000": (Video(always={"watch": SLOW, "player": SLOW}), "YOUTUBE_TIMEOUT"),
    "something-0": (Video(status="UNPLAYABLE", reason="Something new"), "VIDEO_UNPLAYABLE"),
    "locked-0000": (Video(tracks=(Track(exp="xpe"),)), "CAPTIONS_LOCKED"),
    "empty-00000": (Video(always={"timedtext": known.EMPTY}), "CAPTIONS_EMPTY"),
    "broken-0000": (Video(always={"watch": failing(500), "player": failing(500)}), "YOUTUBE_UNREACHABLE"),
    "unknown-000": (
        Video(always={"watch": known.NOT_JSON, "player": known.NOT_JSON}),
        "YOUTUBE_CHANGED",
    ),
    "nothing-000": (Video(tracks=(Track(cues=((0.0, 1.0, "[Music]"),)),)), "SUMMARY_FAILED"),
}
"""What each must end with, whatever else is tried."""

FOREIGN = {"german-0000": Video(tracks=(Track("de", "German", TALK.tracks[0].cues, translatable=False),))}
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"video_url": url("german-0000"), "options": {"language": "fr"}}, "LANGUAGE_NOT_AVAILABLE"),
    (
        {"video_url": url("german-0000"), "options": {"language": "fr", "allow_translation": True}},
        "TRANSLATION_NOT_AVAILABLE",
    ),
    ({"video_url": url("talk-000000"), "force_refresh": True, "use_proxy": True}, "PROXY_NOT_CONFIGURED"),
    ({"video_url": url("disabled-00"), "options": {"speech_to_text": True}}, "SPEECH_NOT_CONFIGURED"),
    ({"video_url": url("talk-000000"), "captions": '{"no": "captions"}'}, "CAPTIONS_INVALID"),
    ({"video_url": EMPTY_URL}, "PLAYLIST_EMPTY"),
)
"""Requests that cannot be honoured, as only the work on them shows."""

OTHERWISE = {
    "stuck-00000": Video(tracks=TALK.tracks, consent="stuck"),
    "changed-000": Video(tracks=TALK.tracks, always={"watch": Page(body=b"<html></html>")}),
}
"""Where one way to the captions fails and another helps."""

VIDEOS = {
    **OTHERWISE,
    **FOREIGN,
    "talk-000000": TALK,
    "consent-000": Video(tracks=TALK.tracks, consent="ok"),
    "twice-00000": TALK,
    "cached-0000": TALK,
    "serial-0000": TALK,
    "serial-0001": TALK,
    "moody-00000": Video(tracks=TALK.tracks, first={"player": (failing(503),)}),
    **MANY,
    **MUTE,
    **LISTED,
    **{video_id: video for video_id, (video, _) in FAILURES.items()},
}
PLAYLISTS = {
    LIST: Playlist(tuple(Entry(i, "A talk") for i in LISTED), "Lighthouses"),
    EMPTY_LIST: Playlist((), "Nothing"),
}
