"""Runs a text job: find the transcript, summarise it, store both. A playlist becomes a child batch."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib import aws
from chalicelib.settings import RECOGNISERS, settings
from chalicelib.task import Task
from chalicelib.text import cache, summarize, urls
from chalicelib.text.content import render
from chalicelib.text.failures import TextError, told_by_sites
from chalicelib.text.request import TextRequest
from chalicelib.text.result import Result
from chalicelib.text.sources import chain
from chalicelib.text.sources.source import Wanted
from chalicelib.text.summarize.engine import talk_of
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Transcript, Video, told_language

_RESERVE_SECONDS = 30
"""Of the worker's time, to store what was found."""


def run(request: Mapping[str, Any], task: Task) -> dict[str, Any]:
    wish = TextRequest.from_json(request)
    try:
        target = urls.parse(wish.url)
    except ValueError as error:
        raise TextError("INVALID_URL", str(error)) from error
    if wish.use_proxy:
        _check_proxy(wish, target)
    if target.kind in ("playlist", "channel"):
        return _expand(wish, target, task)
    return _Video(Wanted(wish, target, task)).run()


def _check_proxy(wish: TextRequest, target: urls.Target) -> None:
    """Whoever wants nothing without the proxy is told before anything is fetched, or taken from the cache."""
    from chalicelib.sites import proxies

    with told_by_sites():
        proxies.way(wish.use_proxy)
    if target.kind == "media" or wish.captions_url:
        raise TextError("PROXY_NOT_APPLICABLE")


def _expand(wish: TextRequest, target: urls.Target, task: Task) -> dict[str, Any]:
    from chalicelib.text.expand import expand

    task.report(5, "expanding")
    most = settings().expand_limit
    listing = expand(
        target,
        min(wish.max_videos or most, most),
        use_proxy=wish.use_proxy,
        seconds=task.seconds_left() - _RESERVE_SECONDS,
        tick=lambda: task.report(5, "expanding"),
    )
    task.report(60, "expanding")
    children = [replace(wish, url=entry.url, max_videos=None).to_json() for entry in listing.entries]
    return {
        "expanded": {
            "title": listing.title,
            "url": listing.url,
            "videos": len(listing.entries),
            "truncated": listing.truncated,
        },
        "child_batch_id": task.submit_children(children),
    }


@dataclass(frozen=True)
class _Found:
    transcript: Transcript
    cached: bool
    truncated: bool
    seconds: float


class _Video:
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._task = wanted.task
        self._stored = 0

    def run(self) -> dict[str, Any]:
        found = self._find()
        # stored before it is summarised: a worker lost from here on does not ask for it again
        self._task.report(50, "summarizing", {"video": _video(found.transcript.video)})
        started = time.monotonic()
        summaries = summarize.run(
            talk_of(found.transcript),
            self._wanted.request.modes,
            self._wanted.request.custom_instructions,
            seconds_left=self._task.seconds_left,
            tick=lambda: self._task.report(50, "summarizing"),
        )
        seconds = time.monotonic() - started
        self._task.report(90, "finalizing")
        return self._outcome(found, summaries, seconds)

    def _find(self) -> _Found:
        self._task.report(5, "fetching_transcript")
        started = time.monotonic()
        cached = cache.load(self._wanted)
        transcript = cached or chain.fetch(self._wanted)
        if not cached:
            cache.store(self._wanted, transcript)
        shortened = _shortened(transcript, self._wanted.request.max_transcript_length)
        truncated = len(shortened.cues) < len(transcript.cues)
        return _Found(shortened, cached is not None, truncated, time.monotonic() - started)

    def _outcome(self, found: _Found, summaries: tuple[Summary, ...], seconds: float) -> dict[str, Any]:
        transcript = found.transcript
        text = transcript.text
        made = {
            "video": _video(transcript.video),
            "transcript": {
                "key": self._put("transcript.json", transcript.to_json()),
                "language": told_language(transcript.language),
                "language_name": transcript.language_name,
                "is_generated": transcript.is_generated,
                "source": transcript.source,
                "segments": len(transcript.cues),
                "words": len(text.split()),
                "characters": len(text),
                "truncated": found.truncated,
                "translated_from": transcript.translated_from,
                "cached": found.cached,
            },
            "summaries": {summary.mode: _summary(summary, transcript.video) for summary in summaries},
            "result_key": self._put("result.json", Result(transcript, summaries).to_json()),
            "timings": {"transcript": round(found.seconds, 3), "summaries": round(seconds, 3)},
            "warnings": ["transcript_truncated"] if found.truncated else [],
        }
        return made | {"used": self._used(found, summaries)}

    def _used(self, found: _Found, summaries: tuple[Summary, ...]) -> dict[str, Any]:
        """In the words of chalicelib.usage. Only who listens to a video anew has a recogniser's bill."""
        transcript = found.transcript
        end = transcript.video.duration or transcript.covered_until
        used: dict[str, Any] = {
            "media_ms": round(end * 1000),
            "bytes_in": len(transcript.text.encode()),
            "bytes_out": self._stored,
        }
        usage = next((summary.usage for summary in summaries if summary.usage), None)
        if usage:
            used |= {"model": usage.model, "tokens_in": usage.input_tokens, "tokens_out": usage.output_tokens}
        if transcript.source in RECOGNISERS and not found.cached:
            used |= {"recogniser": transcript.source, "speech_ms": used["media_ms"]}
        return used

    def _put(self, name: str, document: Mapping[str, Any]) -> str:
        key = self._task.object_prefix + name
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=body, ContentType="application/json")
        self._stored += len(body)
        return key


def _shortened(transcript: Transcript, most: int | None) -> Transcript:
    """Cut at a cue, so that at most so many characters remain; the first cue stays in any case."""
    if most is None:
        return transcript
    length, kept = 0, 0
    for cue in transcript.cues:
        length += len(cue.text) + 1
        if length > most + 1 and kept:
            break
        kept += 1
    return replace(transcript, cues=transcript.cues[:kept])


def _video(video: Video) -> dict[str, Any]:
    known = asdict(video)
    return {name: known[name] for name in ("video_id", "url", "title", "author", "duration", "thumbnail")}


def _summary(summary: Summary, video: Video) -> dict[str, Any]:
    return {
        "content": render(summary, video),
        "engine": summary.engine,
        "kind": summary.kind,
        "model": summary.model,
        "language": told_language(summary.language),
        "custom_instructions_applied": summary.custom_instructions_applied,
        "covered_until": summary.covered_until,
        "fallback_reason": summary.fallback_reason,
    }
