"""What networks are measured on: clips of a set, the same ones every time, and plain sounds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip
from mien_trainer.targets.manifest import Manifest
from mien_trainer.targets.rows import ClipRow
from mien_trainer.targets.shard import iterate_shard

SETTLE = FRAME_RATE
"""Frames that a network may take to forget what came before a sound (1 s)."""

_QUIET = 10.0 ** (-65.0 / 20.0)


def pick(rows: Sequence[ClipRow], known_voices: Collection[str], count: int) -> frozenset[str]:
    """The ids of at most ``count`` spoken clips, a third of each kind, as if by lot.

    The kinds: other sentences of the ``known_voices``, other voices, and recordings.
    """
    spoken = sorted(
        (row for row in rows if row.voice),
        key=lambda row: hashlib.sha256(row.id.encode()).hexdigest(),
    )
    kinds = (
        [row for row in spoken if not row.real and row.voice in known_voices],
        [row for row in spoken if not row.real and row.voice not in known_voices],
        [row for row in spoken if row.real],
    )
    return frozenset(row.id for kind in kinds for row in kind[: -(-count // len(kinds))])


def clips_with(
    folder: Path, manifest: Manifest, split: Split, ids: Collection[str]
) -> Iterator[Clip]:
    """The clips with these ids, in the order of the manifest.

    Raises:
        ShardError: a shard is damaged, or made for another artifact than the manifest's.
    """
    for shard in manifest.of(split):
        for clip in iterate_shard(folder / shard.file, manifest.artifact):
            if clip.id in ids:
                yield clip


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


def voices(clips: Iterable[Clip], count: int, least: int = 2 * SETTLE) -> list[Sound]:
    """The longest clip of each of the first ``count`` voices by name, ``least`` frames or more."""
    longest: dict[str, Clip] = {}
    for clip in clips:
        best = longest.get(clip.voice)
        spoken = clip.voice and len(clip.mel) >= least
        if spoken and (best is None or len(clip.mel) > len(best.mel)):
            longest[clip.voice] = clip
    return [Sound(name=name, mel=longest[name].mel) for name in sorted(longest)[:count]]
