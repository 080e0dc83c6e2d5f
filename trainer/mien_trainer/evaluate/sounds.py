"""The sounds that measurements are made with: rooms without a voice, and voices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.targets.stored import StoredClip

SETTLE = FRAME_RATE
"""Frames that a network may take to forget what came before it was asked (1 s)."""

_QUIET = 10.0 ** (-65.0 / 20.0)


@frozen(kw_only=True, eq=False)
class Sound:
    """A sound by its name, as log-mel frames (N, M)."""

    name: str
    mel: F32


def silence(frames: int = 2 * SETTLE, seed: int = 0) -> Sound:
    """A quiet room: noise at -65 dBFS."""
    rng = np.random.default_rng(seed)
    samples = frames * SAMPLE_RATE // FRAME_RATE
    noise = (rng.standard_normal(samples) * _QUIET).astype(np.float32)
    return Sound(name="silence", mel=log_mel(noise)[:frames])


def voices(clips: Iterable[StoredClip], count: int, least: int = 2 * SETTLE) -> list[Sound]:
    """The longest clip of each of the first ``count`` voices by name, ``least`` frames or more."""
    longest: dict[str, StoredClip] = {}
    for clip in clips:
        known = longest.get(clip.voice)
        spoken = clip.voice and len(clip.mel) >= least
        if spoken and (known is None or len(clip.mel) > len(known.mel)):
            longest[clip.voice] = clip
    return [Sound(name=name, mel=longest[name].mel) for name in sorted(longest)[:count]]
