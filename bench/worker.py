"""What the text worker needs of its Lambda function: peak memory and time, each step in a process of its own.

Steps add up as in a worker: the runner alone, with YouTube's captions, with yt-dlp, with a three-hour talk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from bench.memory import peak_mb

ROOT = Path(__file__).parents[1]
WORDS = 27_000
STEPS = {
    "the runner alone": (),
    "with YouTube's captions": ("chalicelib.text.sources.youtube",),
    "with yt-dlp": ("chalicelib.text.sources.youtube", "chalicelib.sites.session"),
}


def main() -> None:
    print(f"\n{'text worker':28}{'seconds':>9}{'MB':>6}")
    for name, modules in STEPS.items():
        _show(name, list(modules), summarise=False)
    _show(f"and a talk of {WORDS:,} words", list(STEPS["with yt-dlp"]), summarise=True)


def _show(name: str, modules: list[str], *, summarise: bool) -> None:
    asked = json.dumps({"modules": ["chalicelib.text.runner", *modules], "summarise": summarise})
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, megabytes = json.loads(done.stdout)
    print(f"{name:28}{seconds:9.2f}{megabytes:6.0f}")


def _measure(asked: str) -> None:
    from importlib import import_module

    wanted = json.loads(asked)
    start = time.perf_counter()
    for module in wanted["modules"]:
        import_module(module)
    if wanted["summarise"]:
        _summarise()
    taken = time.perf_counter() - start
    print(json.dumps([taken, peak_mb()]))


def _summarise() -> None:
    from bench import talks
    from bench.embedded import talk_from
    from chalicelib.text.request import MODES
    from chalicelib.text.summarize.embedded.engine import Embedded

    Embedded().summarize(talk_from(talks.captions(talks.long_text(WORDS))), MODES, None)


if __name__ == "__main__":
    _measure(sys.argv[1])
