"""How loud a file is (EBU R 128), as ffmpeg's ebur128 filter measures it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chalicelib.audio import failures, ffmpeg
from chalicelib.audio.child import Finished, Tail

METER = "ebur128=framelog=verbose"
_SUMMARY = re.compile(r"Summary:.*?\bI: +(-?[\d.]+) LUFS", re.DOTALL)
_GATE = -70.0
"""LUFS; what is quieter counts as silence."""


@dataclass(frozen=True)
class Loudness:
    lufs: float
    peak: float
    """dBTP."""


def measure(
    path: Path, stream: str, filters: Sequence[str], tick: Callable[[float], None]
) -> Loudness | None:
    """Of a stream (`0:1`, `0:a:0`) behind `filters`. None for silence and for less than 400 ms, which have no
    loudness."""
    chain = ",".join([*filters, f"{METER}:peak=true"])
    return parse(_run(path, ["-map", stream, "-af", chain], tick).text)


def compare(
    path: Path,
    stream: int,
    filters: Sequence[str],
    chains: Sequence[Sequence[str]],
    tick: Callable[[float], None],
) -> list[float]:
    """LUFS behind `filters` and each of `chains`, in one reading and by rising loudness."""
    numbers = range(len(chains))
    split = ",".join([*filters, f"asplit={len(chains)}"]) + "".join(f"[in{number}]" for number in numbers)
    ways = [f"[in{number}]{','.join([*chains[number], METER])}[out{number}]" for number in numbers]
    maps = [part for number in numbers for part in ("-map", f"[out{number}]")]
    graph = ";".join([f"[0:{stream}]{split}", *ways])
    text = _run(path, ["-filter_complex", graph, *maps], tick).text
    # a tag of the source may look like a summary, but stands before them
    return sorted(float(lufs) for lufs in _SUMMARY.findall(text)[-len(chains) :])


def _run(path: Path, chosen: Sequence[str], tick: Callable[[float], None]) -> Finished:
    arguments = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", *chosen, "-f", "null", "-"]
    finished = ffmpeg.run(arguments, tick=tick, level="info", log=Tail(200))
    if finished.returncode:
        raise failures.from_ffmpeg(finished.returncode, finished.complaints)
    return finished


def parse(text: str) -> Loudness | None:
    lufs = integrated(text)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", _summary(text))
    return Loudness(lufs, float(peak[1])) if lufs is not None and peak else None


def integrated(text: str) -> float | None:
    """LUFS in the summary that the filter writes at its end."""
    found = re.search(r"I:\s+(-?[\d.]+) LUFS", _summary(text))
    return float(found[1]) if found and float(found[1]) > _GATE else None


def _summary(text: str) -> str:
    return text[max(text.rfind("Summary:"), 0) :]
