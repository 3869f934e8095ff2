"""From a measurement to a gain and a limiter, without any sound."""

from __future__ import annotations

import pytest

from chalicelib.audio import levels
from chalicelib.audio.levels import Curve, Setting, Target
from chalicelib.audio.loudness import Loudness

TARGET = Target(-16, -1.5)
MEASURED = Loudness(-26, -6)
CEILING = -1.5
LIMITS_FROM = 6.0
"""Drive at which a peak of -6 dBTP reaches the ceiling."""


def test_one_gain() -> None:
    assert levels.gain(Loudness(-23, -10), TARGET) == 7
    assert levels.gain(Loudness(-65, -50), TARGET) == 49
    assert levels.gain(Loudness(-5, 3), TARGET) == -11


def test_a_lossy_encoder_needs_room() -> None:
    assert levels.ceiling(TARGET, lossy=False) == -1.5
    assert levels.ceiling(TARGET, lossy=True) == -2.5


def test_what_meets_the_target() -> None:
    assert TARGET.is_met(Loudness(-16.3, -1.5))
    assert not TARGET.is_met(Loudness(-16.4, -1.5))
    assert not TARGET.is_met(Loudness(-16, -1.4))
    assert TARGET.misses(Loudness(-16.5, -1.4)) == []
    assert TARGET.misses(Loudness(-17, 0.2)) == ["loudness_missed:-17.0", "peak_missed:0.2"]


def test_a_curve_can_be_read_both_ways() -> None:
    curve = Curve([(6, -20), (8, -18.5), (12, -17)])
    for drive, loudness in ((0, -26), (6, -20), (7, -19.25), (10, -17.75), (16, -15.5)):
        assert curve.at(drive) == pytest.approx(loudness)
        assert curve.drive_for(loudness) == pytest.approx(drive)


def test_without_a_calibration_a_limiter_is_taken_to_lose_nothing() -> None:
    curve = Curve([levels.unlimited(MEASURED)])
    assert levels.setting(MEASURED, TARGET, curve, CEILING) == Setting(10, CEILING)


def saturating(setting: Setting) -> Loudness:
    """A sound that loses half of what it is driven into the limiter, and whose encoder adds 0.7 dB."""
    excess = max(0.0, setting.drive - LIMITS_FROM)
    return Loudness(MEASURED.lufs + setting.gain - excess / 2, setting.ceiling + 0.7)


def test_a_calibrated_setting_meets_the_loudness_at_once() -> None:
    settings = [Setting(10 + more, CEILING) for more in levels.TRIED_GAINS]
    curve = levels.calibrated(MEASURED, settings, [saturating(each).lufs for each in settings])
    first = levels.setting(MEASURED, TARGET, curve, CEILING)
    assert saturating(first).lufs == pytest.approx(-16, abs=0.05)
    # the peaks then need a lower ceiling, and that more gain
    second = levels.corrected(MEASURED, TARGET, curve, first, saturating(first))
    assert second.ceiling == pytest.approx(CEILING - 0.8)
    assert saturating(second).lufs == pytest.approx(-16, abs=0.05)
    assert levels.corrected(MEASURED, TARGET, curve, second, saturating(second)) == second


def test_corrections_have_an_end() -> None:
    curve = Curve([levels.unlimited(MEASURED), (8.0, -19.9)])
    deaf = Loudness(-30, -0.2)
    wanted = levels.setting(MEASURED, TARGET, curve, CEILING)
    for _ in range(20):
        wanted = levels.corrected(MEASURED, TARGET, curve, wanted, deaf)
    assert wanted == Setting(30, -7.5)


def test_equal_measurements_make_a_curve() -> None:
    settings = [Setting(10, CEILING), Setting(12, CEILING)]
    curve = levels.calibrated(MEASURED, settings, [-17, -17])
    assert curve.drive_for(curve.at(13)) == pytest.approx(13)
