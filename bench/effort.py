"""What a worker computes for ten minutes of media, in CPU seconds: the table behind cost estimates.

CPU time depends little on what else the machine does. Beside each figure stands what the effort modules of
both kinds say, which are rounded.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench import jobs, media, talks
from bench.embedded import talk_from
from bench.origin import origin
from chalicelib.audio import effort as audio_effort
from chalicelib.audio.request import AudioRequest
from chalicelib.settings import settings
from chalicelib.text import effort as text_effort
from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded

MINUTES = 10
WORDS_A_MINUTE = 150
CASES: Mapping[str, Mapping[str, object]] = {
    "copy": {"format": "aac", "quality": "high"},
    **{name: {"format": name} for name in ("wav", "flac", "opus", "mp3", "ogg", "waveform")},
    "aac": {"format": "aac", "bitrate": 128_000},
    "m4a": {"format": "m4a", "bitrate": 128_000},
    "mp3, normalised": {"format": "mp3", "normalize": True},
}


def main() -> None:
    os.environ.update(jobs.environment())
    settings.cache_clear()
    print(f"\n{f'CPU seconds for {MINUTES} minutes':28}{'measured':>10}{'table':>8}")
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "source.mp4"
        media.video(source, MINUTES * 60)
        with origin(Path(name)) as url:
            for case, wish in CASES.items():
                request = AudioRequest(f"{url}/{source.name}", **wish)  # type: ignore[arg-type]
                _show(case, partial(jobs.extract, request), audio_effort.seconds_of(case))
    talk = talk_from(talks.captions(talks.long_text(MINUTES * WORDS_A_MINUTE)))
    _show("six summaries", lambda: Embedded().summarize(talk, MODES, None), text_effort.SUMMARIES)


def _show(name: str, work: Callable[[], object], table: float) -> None:
    before = jobs.cpu_seconds()
    work()
    print(f"{name:28}{jobs.cpu_seconds() - before:10.2f}{table:8.2f}", flush=True)


if __name__ == "__main__":
    main()
