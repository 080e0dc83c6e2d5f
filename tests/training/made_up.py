"""Targets that are made up: the sound is bands of noise that say which viseme is spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from tests.targets.sets import write_set

import mien
from mien_trainer.conditions import condition_rows
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.manifest import Counts

F64 = npt.NDArray[np.float64]

COUNTS = {Split.TRAIN: 32, Split.VALIDATION: 8, Split.TEST: 8}
"""Clips of each use; labels take turns."""

_VISEMES, _HOLD, _PAUSE = 4, 5, 10


def write_made_up(
    folder: Path, source: str | Path = "default", frames: tuple[int, int] = (20, 80)
) -> None:
    """A finished folder of targets for a bank, the same each time; clips of ``frames``."""
    bank = mien.load(source)
    clips = [
        _clip(bank, split, number, frames)
        for split, count in COUNTS.items()
        for number in range(count)
    ]
    # old checkpoints know the digest of a manifest that counts nothing
    nothing = Counts(label={}, voice={}, source={}, split={})
    write_set(folder, ShardHeader.of(bank), clips, recipe="made-up", counts=nothing)


def _clip(bank: mien.Bank, split: Split, number: int, lengths: tuple[int, int]) -> Clip:
    """A pause, then visemes, while the expression goes from one anchor to another."""
    rng = np.random.default_rng((list(Split).index(split), number))
    label = number % len(bank.labels)
    frames = int(rng.integers(*lengths))
    said = np.repeat(rng.integers(0, _VISEMES, frames // _HOLD + 1), _HOLD)[:frames]
    speech = (np.arange(frames) >= _PAUSE).astype(np.float32)
    ends = [bank.anchor(bank.labels[label], str(rng.choice(bank.intensities))) for _ in range(2)]
    along = np.linspace(0.0, 1.0, frames, dtype=np.float32)[:, None]
    path = (1 - along) * ends[0] + along * ends[1]
    faces = bank.faces(np.full(frames, label), path, speech=speech)
    shapes, bands = _visemes(bank)
    lips = (shapes[said] * speech[:, None]).astype(np.float32)
    heard = -12.0 + (4.0 + bands[said]) * speech[:, None] + rng.normal(0.0, 0.3, (frames, 80))
    return Clip(
        id=f"{split.value}-{number}",
        split=split,
        source="made-up",
        real=number % 5 == 0,
        voice="nobody",
        label=bank.labels[label],
        text="",
        licence="CC0-1.0",
        provenance="made up",
        seed=number,
        phonemes=(),
        mel=heard.astype(np.float32),
        conditions=condition_rows(label, len(bank.labels), path),
        targets=bank.compose(faces, lips),
        speech=speech,
    )


def _visemes(bank: mien.Bank) -> tuple[F64, F64]:
    """Weights (4, 52) and bands (4, 80) of each viseme."""
    rng = np.random.default_rng(7)
    lips = np.array(bank.tables.classes) == "LIPSYNC"
    return rng.uniform(0.0, 0.5, (_VISEMES, 52)) * lips, rng.normal(0.0, 2.0, (_VISEMES, 80))
