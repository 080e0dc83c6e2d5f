"""Other ways to move lips by sound, to measure beside: loudness, and nearest vowels.

Dimension letters: N frames, C channels of the table of visemes, V `VOWELS`, K coefficients.
"""

# ruff: noqa: RUF001  IPA looks like other letters

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE, frame_count, frame_sample
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import F64
from mien_trainer.phonemes import SILENCE, Phoneme

JAW = 0.6
"""How far the loudest sound opens the jaw."""

RANGE = 30.0
"""Decibels under the loudest at which the mouth is closed."""

VOWELS: Mapping[str, tuple[str, ...]] = {
    "A": ("ɑ", "æ", "ʌ", "a", "ɐ"),
    "I": ("i", "ɪ"),
    "U": ("u", "ʊ"),
    "E": ("ɛ", "e", "ɚ"),
    "O": ("ɔ", "o", "oʊ"),
    "N": ("m", "n", "ŋ"),
    "-": (SILENCE,),
}
"""The sounds that uLipSync tells apart, and the IPA that they stand for, long or short."""

_SHOWN = {"A": "ɑ", "I": "i", "U": "u", "E": "ɛ", "O": "ɔ", "N": "n", "-": SILENCE}

_WINDOW, _FFT, _BANDS, _COEFFICIENTS = 1024, 1024, 30, 12
_EMPHASIS = 0.97
_LOUD = (-2.5, -1.5)
"""The logarithms to the base 10 of the volumes at which the mouth begins to open and is open."""

_SMOOTH = 0.05
"""Seconds in which a weight comes to what is heard."""


def by_loudness(audio: F32) -> F32:
    """Weights (N, C): the jaw alone, by how loud it is."""
    table = shipped_table()
    levels = _levels(audio, 400)
    weights = np.zeros((len(levels), len(table.rig.names)), dtype=np.float32)
    loudest = np.percentile(levels, 95) if len(levels) else 0.0
    open_ = np.clip((levels - loudest + RANGE) / RANGE, 0.0, 1.0)
    weights[:, table.rig.index["jawOpen"]] = JAW * open_
    return weights


@frozen(kw_only=True, eq=False)
class Profile:
    """The mean coefficients (V, K) of what uLipSync tells apart, as a user calibrates it."""

    means: F64


def by_nearest_vowel(audio: F32, profile: Profile) -> F32:
    """Weights (N, C) as uLipSync gives them (hecomi, MIT), from its description.

    Of each frame 12 mel-frequency cepstral coefficients are taken; the nearest of the calibrated
    sounds is what is said, as wide as the sound is loud, and weights come to it smoothly.
    """
    table = shipped_table()
    heard = coefficients(audio)
    away = np.linalg.norm(heard[:, None, :] - profile.means[None], axis=2)
    said = np.argmin(away, axis=1)
    low, high = _LOUD
    volume = np.clip((_levels(audio, _WINDOW) / 20.0 - low) / (high - low), 0.0, 1.0)
    parts = np.zeros((len(said) + 1, len(VOWELS)))
    share = 1.0 - np.exp(-1.0 / (FRAME_RATE * _SMOOTH / 2.0))
    for frame, (one, loud) in enumerate(zip(said.tolist(), volume.tolist(), strict=True)):
        wanted = np.zeros(len(VOWELS))
        wanted[one] = loud
        parts[frame + 1] = parts[frame] + share * (wanted - parts[frame])
    shapes = np.zeros((len(VOWELS), len(table.rig.names)))
    for row, name in enumerate(VOWELS):
        viseme = table.visemes[table.read(_SHOWN[name]).visemes[0]]
        for channel, weight in viseme.weights.items():
            shapes[row, table.rig.index[channel]] = weight
    return np.clip(parts[1:] @ shapes, 0.0, 1.0).astype(np.float32)


def profiles(heard: Iterable[tuple[str, F32, Sequence[Phoneme]]]) -> Mapping[str, Profile]:
    """For each speaker the profile of all others: nobody is calibrated on what is measured.

    ``heard`` are speaker, sound and its phonemes. A speaker has none where the others lack a sound.
    """
    sums: dict[str, F64] = {}
    counts: dict[str, F64] = {}
    names = {ipa: row for row, of in enumerate(VOWELS.values()) for ipa in of}
    for speaker, audio, phonemes in heard:
        found = coefficients(audio)
        total = sums.setdefault(speaker, np.zeros((len(VOWELS), _COEFFICIENTS)))
        count = counts.setdefault(speaker, np.zeros(len(VOWELS)))
        for one in phonemes:
            row = names.get(one.symbol.rstrip("ː"))
            frame = round((one.start + one.end) / 2 * FRAME_RATE)
            if row is not None and frame < len(found):
                total[row] += found[frame]
                count[row] += 1
    all_sums = np.sum([*sums.values(), np.zeros((len(VOWELS), _COEFFICIENTS))], axis=0)
    all_counts = np.sum([*counts.values(), np.zeros(len(VOWELS))], axis=0)
    made: dict[str, Profile] = {}
    for speaker in sums:
        count = all_counts - counts[speaker]
        if np.all(count > 0):
            made[speaker] = Profile(means=(all_sums - sums[speaker]) / count[:, None])
    return made


def coefficients(audio: F32) -> F64:
    """Mel-frequency cepstral coefficients 1 to 12 (N, K) of 64 ms before each frame's end."""
    windows = _windows(audio, _WINDOW)
    loud = np.abs(windows).max(axis=1, keepdims=True)
    level = windows / np.maximum(loud, 1e-6)
    emphasised = level - _EMPHASIS * np.concatenate((level[:, :1], level[:, :-1]), axis=1)
    parts = np.fft.rfft(emphasised * np.hamming(_WINDOW), _FFT, axis=1)
    spectrum = np.sqrt(parts.real**2 + parts.imag**2)
    bands = 20.0 * np.log10(np.maximum(spectrum @ _FILTERS.T, 1e-6))
    return np.asarray(bands @ _COSINES.T)


def _levels(audio: F32, window: int) -> F64:
    power = np.square(_windows(audio, window)).mean(axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)))


def _windows(audio: F32, size: int) -> F64:
    """The last ``size`` samples (N, size) up to the end of each frame."""
    frames = frame_count(len(audio))
    ends = [frame_sample(frame + 1) for frame in range(frames)]
    padded = np.concatenate((np.zeros(size), audio.astype(np.float64), np.zeros(size)))
    return np.stack([padded[end : end + size] for end in ends]) if ends else np.zeros((0, size))


def _filters() -> F64:
    """Triangles (30, 513) on the mel scale from 0 to 8 kHz."""
    top = 1127.01048 * math.log(SAMPLE_RATE / 2 / 700.0 + 1.0)
    steps = np.linspace(0.0, top / 1127.01048, _BANDS + 2)
    feet = 700.0 * np.array([math.expm1(one) for one in steps.tolist()])
    hertz = np.fft.rfftfreq(_FFT, 1.0 / SAMPLE_RATE)
    rows = [np.interp(hertz, feet[at : at + 3], (0.0, 1.0, 0.0)) for at in range(_BANDS)]
    return np.stack(rows)


_FILTERS = _filters()
_COSINES: F64 = np.cos(
    np.pi / _BANDS * np.arange(1, _COEFFICIENTS + 1)[:, None] * (np.arange(_BANDS) + 0.5)
)
