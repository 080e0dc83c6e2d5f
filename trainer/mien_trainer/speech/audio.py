"""Recorded sound, read into the one form that everything here works on."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from mien_trainer.frames import F32


@frozen(kw_only=True, eq=False)
class Audio:
    """A recording as mono float32 in [-1, 1] at 16 kHz, and what the file held.

    ``rate`` is the file's samples a second, ``channels`` its channels, ``clipped`` the share of its
    samples at full scale.
    """

    samples: F32
    rate: int
    channels: int
    clipped: float


def read_audio(path: Path) -> Audio:
    """The sound of a file."""
    raise NotImplementedError


def resample(audio: F32, rate: int) -> F32:
    """Mono audio at ``rate``, at 16 kHz."""
    raise NotImplementedError
