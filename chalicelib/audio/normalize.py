"""Bringing a sound to its target loudness: measure, set, encode; and where a limiter worked, look again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.audio import levels, loudness
from chalicelib.audio.child import Finished
from chalicelib.audio.levels import Curve, Setting, Target
from chalicelib.audio.loudness import Loudness
from chalicelib.audio.progress import Progress

SPANS = ((60, 80), (80, 88), (88, 95))
"""Per cent of the job, for each time that the result is made; so no result is made more often."""
_CHECK_SHARE = 0.2
"""Of such a span, for measuring the result."""
_SPARE = 2.0
"""How often a step that could be left out must fit into what is left of the job's time."""
_CALIBRATION = 3.0
"""Readings that it takes as long as."""

Encode = Callable[[Sequence[str]], Finished]
"""Makes the result, through these filters."""


@dataclass(frozen=True)
class Reached:
    facts: Mapping[str, Any] | None = None
    """None if nothing was set."""
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Normalization:
    source: Path
    stream: int
    before: Sequence[str]
    """Filters in front of the gain: what is measured must be what is heard."""
    result: Path
    target: Target
    lossy: bool
    progress: Progress
    tick: Callable[[float], None]

    def run(self, encode: Encode) -> tuple[Finished, Reached]:
        """What has no loudness stays as it is."""
        self.progress.enter("analyzing", 30, 50)
        started = time.monotonic()
        measured = loudness.measure(self.source, f"0:{self.stream}", self.before, self.tick)
        if measured is None:
            self.progress.enter("extracting", 60, 95)
            return encode(self.before), Reached(warnings=["loudness_unmeasurable"])
        ceiling = levels.ceiling(self.target, lossy=self.lossy)
        if measured.peak + levels.gain(measured, self.target) > ceiling:
            return self._limited(measured, time.monotonic() - started, ceiling, encode)
        return self._unlimited(measured, encode)

    def _unlimited(self, measured: Loudness, encode: Encode) -> tuple[Finished, Reached]:
        self.progress.enter("extracting", 60, 95)
        gain = levels.gain(measured, self.target)
        finished = encode([*self.before, levels.volume(gain), loudness.METER])
        facts = {"limited": False, "output_lufs": loudness.integrated(finished.text)}
        return finished, Reached(self._facts(measured, gain) | facts)

    def _limited(
        self, measured: Loudness, reading: float, ceiling: float, encode: Encode
    ) -> tuple[Finished, Reached]:
        """`reading`: seconds that it takes to measure."""
        curve = self._curve(measured, reading, ceiling)
        wanted = levels.setting(measured, self.target, curve, ceiling)
        for low, high in SPANS:
            setting, started = wanted, time.monotonic()
            finished, reached = self._try(setting, reading, encode, low, high)
            if reached:
                wanted = levels.corrected(measured, self.target, curve, setting, reached)
            if wanted == setting or not self._time_for(time.monotonic() - started):
                break
        facts = self._facts(measured, setting.gain) | {"limited": True, **_output(reached)}
        return finished, Reached(facts, self.target.misses(reached) if reached else ())

    def _curve(self, measured: Loudness, reading: float, ceiling: float) -> Curve:
        gain = levels.gain(measured, self.target)
        shallow = measured.peak + gain - ceiling <= levels.SHALLOW
        if shallow or not self._time_for(_CALIBRATION * reading):
            return Curve([levels.unlimited(measured)])
        self.progress.enter("analyzing", 50, 60)
        settings = [Setting(gain + more, ceiling) for more in levels.TRIED_GAINS]
        chains = [[levels.volume(each.gain), levels.limiter(each.ceiling)] for each in settings]
        rising = loudness.compare(self.source, self.stream, self.before, chains, self.tick)
        return levels.calibrated(measured, settings, rising)

    def _try(
        self, setting: Setting, reading: float, encode: Encode, low: float, high: float
    ) -> tuple[Finished, Loudness | None]:
        """None if there is no time to measure the result, or nothing in it."""
        encoded = high - (high - low) * _CHECK_SHARE
        self.progress.enter("extracting", low, encoded)
        # at 192 kHz it sees the peaks between samples
        limited = [levels.volume(setting.gain), "aresample=192000", levels.limiter(setting.ceiling)]
        finished = encode([*self.before, *limited])
        self.progress.enter("extracting", encoded, high)
        if not self._time_for(reading):
            return finished, None
        return finished, loudness.measure(self.result, "0:a:0", (), self.tick)

    def _time_for(self, seconds: float) -> bool:
        return time.monotonic() + _SPARE * seconds < self.progress.deadline

    def _facts(self, measured: Loudness, gain: float) -> dict[str, Any]:
        return {
            "input_lufs": measured.lufs,
            "input_peak_dbtp": measured.peak,
            "target_lufs": self.target.lufs,
            "target_peak_dbtp": self.target.peak,
            "gain_db": round(gain, 2),
        }


def _output(reached: Loudness | None) -> dict[str, float | None]:
    if reached is None:
        return {"output_lufs": None, "output_peak_dbtp": None}
    return {"output_lufs": reached.lufs, "output_peak_dbtp": reached.peak}
