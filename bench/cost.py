"""Dollars for 1,000 items: AWS calls counted on whole batches, CPU seconds measured, the price table.

Beside them stand what the design aims at, and what hosted recognisers of speech ask.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench import batch_run, cost_items, cost_model, cost_tables, ffmpegs, media, spent, talks
from bench.batch_run import Played
from bench.cost_model import Item, Work
from bench.spent import Spent
from chalicelib.api.audio_v1.models import MAX_JOBS
from chalicelib.text import effort as text
from tests.stand_ins.web import WebServer
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Track, Video

AUDIO_BATCH: Final = MAX_JOBS
"""The most that the contract lets a batch have."""
TEXT_BATCH: Final = 50
MINUTES: Final = 10
SHORT_SECONDS: Final = 3
"""Of the videos whose calls are counted: calls depend on the length only by words of progress, and parts."""
ROUNDS: Final = 2
PICTURE: Final = "600k"
"""So that ten minutes are 60 MB."""
AUDIO: Final[Mapping[str, Mapping[str, Any]]] = {
    "audio, copied": {"format": "aac", "quality": "high"},
    "opus, 24k mono": {"format": "opus", "bitrate": 24_000, "channels": 1},
    "mp3, 128k": {"format": "mp3", "bitrate": 128_000},
    "aac, 128k": {"format": "aac", "bitrate": 128_000},
    "mp3, normalised": {"format": "mp3", "bitrate": 128_000, "normalize": True},
}
CAPTIONS: Final = "captions, embedded summary"
MODEL: Final = "captions, summary by a model"


def main() -> None:
    logging.getLogger("chalicelib").setLevel(logging.INFO)
    print(f"ffmpeg: {ffmpegs.told()}")
    with tempfile.TemporaryDirectory() as name:
        measured = _measure(Path(name))
        items = [_audio(case, played, measured[case]) for case, played in _audio_batches(Path(name))]
    played = _text_batch()
    items += _texts(played, measured[CAPTIONS].cpu)
    cost_tables.show(items, polls=cost_items.polls(played), idle=_idle())
    cost_tables.show_hosted(MINUTES, {case: measured[case].size for case in AUDIO})


def _measure(folder: Path) -> Mapping[str, Spent]:
    media.video(folder / "source.mp4", MINUTES * 60, PICTURE)
    with (
        YouTube(_videos()) as youtube,
        WebServer(folder) as server,
        spent.stack(BATCHREEL_YOUTUBE_BASE_URL=youtube.base) as running,
    ):
        source = {"type": "url", "url": server.url("/plain/source.mp4")}
        first, *others = _text_wishes()
        spent.text(running, [first])  # what a worker does once is no part of an item
        heard = {case: spent.audio(running, source, _output(w), ROUNDS) for case, w in AUDIO.items()}
        return {CAPTIONS: spent.text(running, others), **heard}


def _audio_batches(folder: Path) -> Iterator[tuple[str, Played]]:
    media.video(folder / "short.mp4", SHORT_SECONDS)
    for case, wish in AUDIO.items():
        with batch_run.cloud() as (api, hook), WebServer(folder) as server:
            source = {"type": "url", "url": server.url("/plain/short.mp4")}
            yield (
                case,
                batch_run.audio(api, hook, [{"source": source, "output": _output(wish)}] * AUDIO_BATCH),
            )


def _output(wish: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the API spells it."""
    return {**wish, **({"bitrate": f"{wish['bitrate'] // 1000}k"} if "bitrate" in wish else {})}


def _audio(name: str, played: Played, measured: Spent) -> Item:
    work = Work(measured.cpu, arriving=cost_model.arriving(), waiting=cost_items.waits(played))
    counts = dict(cost_items.per_item(played))
    counts["s3.put"] += cost_model.puts(measured.size) - 1
    units, mb = cost_items.progress_units(played), cost_items.memory("audio_worker")
    return Item(name, work, counts, units, mb=mb)


def _text_batch() -> Played:
    with (
        YouTube(_videos()) as youtube,
        batch_run.cloud(BATCHREEL_YOUTUBE_BASE_URL=youtube.base) as (api, hook),
    ):
        return batch_run.text(api, hook, _text_wishes())


def _videos() -> Mapping[str, Video]:
    cues = tuple(
        (cue.start, cue.duration, cue.text) for cue in talks.captions(talks.long_text(MINUTES * 150))
    )
    video = Video(seconds=MINUTES * 60, tracks=(Track(cues=cues),))
    return {f"video{number:06d}": video for number in range(TEXT_BATCH)}


def _text_wishes() -> Sequence[Mapping[str, Any]]:
    return [{"video_url": f"https://www.youtube.com/watch?v={name}"} for name in _videos()]


def _texts(played: Played, cpu: float) -> Sequence[Item]:
    """A model changes no call of the engine: its words and the wait for them come on top."""
    waiting = text.FETCHING + cost_items.waits(played)
    work = Work(cpu, waiting=waiting)
    units, mb = cost_items.progress_units(played), cost_items.memory("text_worker")
    item = Item(CAPTIONS, work, cost_items.per_item(played), units, mb=mb)
    slower = replace(work, waiting=waiting + cost_model.MODEL_SECONDS)
    return item, replace(item, name=MODEL, work=slower, tokens=cost_model.model_tokens())


def _idle() -> cost_model.Idle:
    with batch_run.cloud():
        batch_run.watch()  # what is imported for the first time is no part of a round
        _, part = batch_run.part(batch_run.watch)
    mb = cost_items.memory("watchdog")
    counts = {name: count for name, count in part.counts.items() if name != "calls"}
    return cost_model.Idle(cost_items.sources(), cost_items.time_of("watchdog", part) * 1024 / mb, mb, counts)


if __name__ == "__main__":
    main()
