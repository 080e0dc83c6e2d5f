"""What live lips learn from in one step: windows of sound, drawn at random by what they are.

Dimension letters: B sequences, N frames of a window, R frames before it, M mel bands, K kinds of
contact, D channels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lip_training.examples import Example
from mien_trainer.lip_training.pieces import between, told_anew
from mien_trainer.lips.table import Contact
from mien_trainer.mel import MELS, SILENCE
from mien_trainer.train.augmentation import augmented
from mien_trainer.train.config import Augmentation

SEQUENCES, WINDOW = 16, 224
"""Sequences of a step, and the frames of each that are learned from."""

PEOPLE, VOICES, NOBODY = 0.58, 0.36, 0.06
"""The shares of people, of made voices, and of sounds in which nobody speaks, where there are all.
"""

MOST = 900.0
"""Seconds, and what is played of them, above which a speaker is not drawn more often."""

AS_IT_WAS = 0.25
"""The share of sound that is not degraded."""

TOLD_ANEW = 0.8
"""The share of sound whose pieces come in another order."""

_BEFORE = 60
_VARIED = Augmentation(vocal_tract=0.12, equalisation_db=6.0, gain_db=10.0)


@frozen(kw_only=True, eq=False)
class Batch:
    """Mel (B, R + N, M), and visemes and sounds (B, N), contacts (B, N, K) and weights (B, N, D).

    ``there`` (B, N) is 1 where there is sound.
    """

    mel: F32
    visemes: npt.NDArray[np.int64]
    sounds: npt.NDArray[np.int64]
    contacts: F32
    weights: F32
    there: F32


@frozen(kw_only=True, eq=False)
class Shelf:
    """Examples of one kind, how often one up to each is drawn, and the draw that is not theirs."""

    examples: tuple[Example, ...]
    ends: npt.NDArray[np.float64]
    top: float

    def drawn(self, rng: np.random.Generator) -> Example:
        """One at random, longer ones more often."""
        place = int(np.searchsorted(self.ends, rng.random()))
        return self.examples[min(place, len(self.examples) - 1)]


def shelves_of(taught: Sequence[Example]) -> list[Shelf]:
    """One for each kind of which there is any, by their tops."""
    kinds = (
        (PEOPLE, [one for one in taught if one.real]),
        (VOICES, [one for one in taught if one.spoken and not one.real]),
        (NOBODY, [one for one in taught if not one.spoken]),
    )
    found = [(share, kind) for share, kind in kinds if kind]
    ends = np.cumsum([share for share, _ in found])
    tops: list[float] = (ends / ends[-1]).tolist()
    return [_shelf(kind, top) for top, (_, kind) in zip(tops, found, strict=True)]


def _shelf(examples: Sequence[Example], top: float) -> Shelf:
    """A shelf with these, of which there is one at least: nobody is heard above all others."""
    frames: Counter[str] = Counter()
    for one in examples:
        frames[one.speaker] += len(one.visemes)
    most = MOST * FRAME_RATE
    ends = np.cumsum([len(one.visemes) * min(1.0, most / frames[one.speaker]) for one in examples])
    return Shelf(examples=tuple(examples), ends=ends / ends[-1], top=top)


def batch_of(shelves: Sequence[Shelf], context: int, rng: np.random.Generator) -> Batch:
    """Windows at random: of longer examples more, of each kind its share."""
    whole = context + WINDOW
    channels = shelves[0].examples[0].weights.shape[1]
    batch = Batch(
        mel=np.full((SEQUENCES, whole, MELS), SILENCE, dtype=np.float32),
        visemes=np.zeros((SEQUENCES, WINDOW), dtype=np.int64),
        sounds=np.full((SEQUENCES, WINDOW), -1, dtype=np.int64),
        contacts=np.zeros((SEQUENCES, WINDOW, len(Contact)), dtype=np.float32),
        weights=np.zeros((SEQUENCES, WINDOW, channels), dtype=np.float32),
        there=np.zeros((SEQUENCES, WINDOW), dtype=np.float32),
    )
    for row in range(SEQUENCES):
        draw = rng.random()
        one = next(shelf for shelf in shelves if draw < shelf.top).drawn(rng)
        form = 0 if rng.random() < AS_IT_WAS else int(rng.integers(len(one.forms)))
        order = np.arange(len(one.visemes), dtype=np.float64)
        if rng.random() < TOLD_ANEW:
            order = told_anew(one.sounds, rng)
        frames = len(order)
        at = int(rng.integers(-_BEFORE, max(1, frames - WINDOW // 2)))
        low, first, end = max(0, at - context), max(0, at), min(frames, at + WINDOW)
        heard = between(one.forms[form], order[low:end])
        batch.mel[row, low - at + context : end - at + context] = heard
        part, frame = slice(first - at, end - at), np.rint(order[first:end]).astype(np.int64)
        batch.visemes[row, part] = one.visemes[frame]
        batch.sounds[row, part] = one.sounds[frame]
        batch.contacts[row, part] = one.contacts[frame]
        batch.weights[row, part] = one.weights[frame]
        batch.there[row, part] = 1.0
    return evolve(batch, mel=augmented(batch.mel, _VARIED, rng))
