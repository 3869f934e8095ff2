"""From what was measured to the gain, and to the limiter where the peaks need one. No I/O.

One constant gain is as exact as ffmpeg's two-pass loudnorm at less than half of its time, and never pumps. A
limiter takes some loudness away, and what comes after it (resampling, lossy encoding) adds to the peaks.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.audio.loudness import Loudness

LOSSY_HEADROOM = 1.0
"""dB below the target that a limiter leaves to the peaks which a lossy encoder adds."""
TOLERANCE_LU = 0.35
TOLERANCE_DB = 0.05
"""The meter tells tenths."""
SHALLOW = 2.0
"""dB of limiting that take little loudness away."""
TRIED_GAINS = (0.0, 2.0, 4.0, 8.0, 16.0)
"""dB beyond what would do without a limiter."""
_MOST_ADDED_GAIN = 20.0
_LEAST_CEILING = -6.0
"""dB from the target; what some encoders add to peaks, no ceiling takes away."""


@dataclass(frozen=True)
class Target:
    lufs: float
    peak: float
    """dBTP."""

    def is_met(self, reached: Loudness) -> bool:
        near = abs(reached.lufs - self.lufs) <= TOLERANCE_LU
        return near and reached.peak <= self.peak + TOLERANCE_DB

    def misses(self, reached: Loudness) -> list[str]:
        """As warnings, where the caller would notice."""
        loudness = [f"loudness_missed:{reached.lufs:.1f}"] if abs(reached.lufs - self.lufs) > 0.5 else []
        return loudness + ([f"peak_missed:{reached.peak:.1f}"] if reached.peak > self.peak + 0.1 else [])


@dataclass(frozen=True)
class Setting:
    gain: float
    """dB."""
    ceiling: float
    """dBTP that the limiter holds."""

    @property
    def drive(self) -> float:
        """dB by which the sound is driven into the limiter, seen from full scale."""
        return self.gain - self.ceiling


class Curve:
    """How loud (LU above the ceiling) a sound comes out of the limiter, by its drive.

    `points` are (drive, loudness), by rising drive; the first is where the limiter begins to act.
    """

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self._points = points

    def at(self, drive: float) -> float:
        return _line(self._points, drive)

    def drive_for(self, loudness: float) -> float:
        return _line([(y, x) for x, y in self._points], loudness)


def unlimited(measured: Loudness) -> tuple[float, float]:
    """The point of the curve up to which no peak reaches the ceiling."""
    return -measured.peak, measured.lufs - measured.peak


def calibrated(measured: Loudness, settings: Sequence[Setting], lufs: Sequence[float]) -> Curve:
    """`lufs` are what came out at `settings`, which rise."""
    points = [unlimited(measured)]
    for setting, loud in zip(settings, sorted(lufs), strict=True):
        # strictly rising, so that it can be read both ways
        point = max(setting.drive, points[-1][0] + 0.01), max(loud - setting.ceiling, points[-1][1] + 0.01)
        points.append(point)
    return Curve(points)


def gain(measured: Loudness, target: Target) -> float:
    return target.lufs - measured.lufs


def ceiling(target: Target, *, lossy: bool) -> float:
    return target.peak - (LOSSY_HEADROOM if lossy else 0.0)


def setting(measured: Loudness, target: Target, curve: Curve, ceiling: float, offset: float = 0.0) -> Setting:
    """`offset`: LU by which results differ from the curve."""
    wanted = curve.drive_for(target.lufs - ceiling - offset) + ceiling
    return Setting(min(wanted, gain(measured, target) + _MOST_ADDED_GAIN), ceiling)


def corrected(measured: Loudness, target: Target, curve: Curve, last: Setting, reached: Loudness) -> Setting:
    """What to set after a result that missed the target; `last` if it did not."""
    if target.is_met(reached):
        return last
    excess = reached.peak - target.peak
    # a tenth more: the next result's peaks differ a little
    lower = last.ceiling - excess - 0.1 if excess > TOLERANCE_DB else last.ceiling
    offset = reached.lufs - last.ceiling - curve.at(last.drive)
    return setting(measured, target, curve, max(lower, target.peak + _LEAST_CEILING), offset)


def shape(rate: int, channels: int) -> list[str]:
    """The result's own rate and channels: mixing and resampling move loudness and peaks."""
    layout = {1: ["aformat=channel_layouts=mono"], 2: ["aformat=channel_layouts=stereo"]}.get(channels, [])
    return [*layout, f"aresample={rate}"]


def volume(gain: float) -> str:
    return f"volume={gain:.2f}dB:precision=float"


def limiter(ceiling: float) -> str:
    return f"alimiter=limit={10 ** (ceiling / 20):.6f}:level=disabled:attack=5:release=50:latency=1"


def _line(points: Sequence[tuple[float, float]], x: float) -> float:
    """Through `points`; before the first, and if there is no other, with a slope of 1."""
    at = min(bisect([known for known, _ in points], x), len(points) - 1)
    if at == 0 or x < points[0][0]:
        return points[0][1] + x - points[0][0]
    (x1, y1), (x2, y2) = points[at - 1], points[at]
    return y1 + (x - x1) * (y2 - y1) / (x2 - x1)
