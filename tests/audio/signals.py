"""Sounds made of numbers, and how loud they are by a meter that is not ffmpeg's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy import signal
from scipy.io import wavfile

from tests.audio import media

RATE = 48_000
Samples = NDArray[np.float64]
"""Mono, or (samples, channels)."""


@dataclass(frozen=True)
class Heard:
    lufs: float
    peak: float
    """dBTP, at eight times the rate."""


def heard(path: Path) -> Heard:
    samples = decoded(path)
    peak = np.abs(signal.resample_poly(samples, 8, 1, axis=0)).max()
    if samples.ndim == 2 and samples.shape[1] == 6:
        samples = np.delete(samples, 3, axis=1)  # what is meant for the subwoofer does not count
    lufs = pyloudnorm.Meter(RATE).integrated_loudness(samples)
    return Heard(float(lufs), 20 * float(np.log10(peak)))


def decoded(path: Path) -> Samples:
    """What a player makes of it, at 48 kHz."""
    wave = path.with_name("decoded.wav")
    media.ffmpeg("-i", path, "-map", "0:a:0", "-ar", str(RATE), "-c:a", "pcm_f32le", wave)
    samples: Samples = wavfile.read(wave)[1].astype(np.float64)
    return samples


def write(path: Path, samples: Samples, rate: int = RATE) -> None:
    wavfile.write(path, rate, samples.astype(np.float32))


def at(lufs: float, samples: Samples) -> Samples:
    """Made this loud."""
    found = pyloudnorm.Meter(RATE).integrated_loudness(samples)
    scaled: Samples = samples * 10 ** ((lufs - found) / 20)
    return scaled


def music(seconds: float = 8) -> Samples:
    """Chords of decaying partials over a beat, unlike left and right."""
    random = np.random.default_rng(1)
    time = np.arange(int(seconds * RATE)) / RATE
    sides = []
    for root in (220.0, 277.2):
        step = np.floor(time * 2)
        pitch = root * 2 ** (np.array([0, 3, 7, 5])[(step % 4).astype(int)] / 12)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        partials = sum(np.sin(phase * n) / n for n in range(1, 9))
        beat = random.standard_normal(time.size) * np.exp(-40 * (time % 0.5))
        sides.append(0.2 * partials * np.exp(-2 * (time % 0.5)) + 0.2 * beat)
    return faded(np.stack(sides, axis=1))


def speech(seconds: float = 8, plosives: float = 0.6) -> Samples:
    """Pulses through three formants, syllable by syllable, with pauses; some begin with a burst."""
    random = np.random.default_rng(2)
    samples = np.zeros(int(seconds * RATE))
    at = int(0.2 * RATE)
    while at < samples.size - RATE // 2:
        syllable = _syllable(random) * random.uniform(0.15, 0.3)
        samples[at : at + syllable.size] += syllable
        if random.random() < 0.3:
            burst = _burst(random) * plosives
            samples[at : at + burst.size] += burst
        pause = random.uniform(0.3, 0.7) if random.random() < 0.2 else random.uniform(0.02, 0.08)
        at += syllable.size + int(pause * RATE)
    return samples


def steps() -> Samples:
    """The same music at four levels."""
    parts = [music(3) * 10 ** (level / 20) for level in (-30.0, -6.0, -18.0, 0.0)]
    return np.concatenate(parts)


def clipped(samples: Samples) -> Samples:
    """As a recording that was far too loud."""
    return faded(np.clip(samples * 20, -1, 1))


def faded(samples: Samples) -> Samples:
    """Ends in silence, so that cutting it off makes no peak of its own."""
    length = RATE // 20
    slope = np.ones(len(samples))
    slope[:length] = np.linspace(0, 1, length)
    slope[-2 * length : -length] = np.linspace(1, 0, length)
    slope[-length:] = 0
    shaped: Samples = (samples.T * slope).T
    return shaped


def _syllable(random: Any) -> Samples:
    pulses = np.zeros(int(random.uniform(0.12, 0.28) * RATE))
    pulses[:: int(RATE / random.uniform(95, 140))] = 1
    for low, high, width in ((300, 800, 40), (900, 2300, 60), (2400, 3200, 90)):
        radius = np.exp(-np.pi * width / RATE)
        angle = 2 * np.pi * random.uniform(low, high) / RATE
        pulses = signal.lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], pulses)
    shaped: Samples = pulses / np.abs(pulses).max() * np.sqrt(np.hanning(pulses.size))
    return shaped


def _burst(random: Any) -> Samples:
    noise = random.standard_normal(int(0.012 * RATE)) * np.exp(-np.arange(int(0.012 * RATE)) / (0.003 * RATE))
    burst: Samples = 0.5 * signal.lfilter(*signal.butter(2, 6000, fs=RATE), noise)
    return burst
