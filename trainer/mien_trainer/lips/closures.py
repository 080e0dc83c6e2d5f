"""Which frames have to be closed or touching, and whether they are.

The gaps are proxies in units of jawOpen: 0.1 stands for lips as far apart as a jaw of 0.1 parts
them. The factors are those of the lips' inner edge against jawOpen on the face that ships; tests
hold them against its drawing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import F64, Contact, VisemeTable, timeline
from mien_trainer.phonemes import Phoneme

CORE = (0.25, 0.55)
"""The part of a sound that is closed for certain: a stop ends with its release, and may breathe."""

CLOSED = 0.0
"""The gap of what is closed."""


@frozen(kw_only=True)
class Gap:
    """What parts two things that can touch, in units of jawOpen.

    mouthClose takes back ``closing`` of the jaw's opening; ``parting`` is how much each channel
    parts them, of two sides the wider one. Up to ``give`` they touch, and up to ``pressed`` more
    where one of `PRESSING` is in full.
    """

    closing: float
    parting: Mapping[str, float]
    give: float
    pressed: float


PRESSING = {"mouthRollLower": 0.5, "mouthPress": 0.4}
"""What presses the lips or rolls them in, and the weight at which it does so in full, as the rig's
lip seal says."""

GAPS = {
    Contact.LIPS: Gap(
        closing=1.0,
        parting={
            "mouthFunnel": 0.43,
            "mouthLowerDown": 0.28,
            "mouthUpperUp": 0.25,
            "mouthStretch": 0.06,
            "mouthShrugUpper": 0.02,
            "mouthFrown": 0.02,
            "noseSneer": 0.03,
            "jawLeft": 0.02,
            "jawRight": 0.02,
            "tongueOut": 0.23,
        },
        give=0.025,
        pressed=0.035,
    ),
    Contact.TEETH: Gap(
        closing=0.75,
        parting={
            "mouthClose": 0.06,
            "mouthFunnel": 0.26,
            "mouthLowerDown": 0.29,
            "mouthStretch": 0.1,
            "mouthFrown": 0.07,
            "jawLeft": 0.03,
            "jawRight": 0.03,
            "tongueOut": 0.2,
        },
        give=0.13,
        pressed=0.0,
    ),
}
"""Lips are soft; the lower lip at rest stands 0.13 above the edge of the upper teeth.

mouthClose is taken as the share of the jaw's opening that the lips make up for: rigs that subtract
it close the lips no later.
"""


@frozen(kw_only=True)
class Closure:
    """A sound in seconds that keeps a contact, and the frames first to last that must show it."""

    viseme: str
    contact: Contact
    start: float
    end: float
    first: int
    last: int


def closures(
    phonemes: Sequence[Phoneme], frames: int, table: VisemeTable | None = None
) -> tuple[Closure, ...]:
    """The sounds among ``phonemes`` that keep a contact within ``frames`` frames.

    Each has the frame nearest to the middle of its core, and all others within the core.
    """
    table = table or shipped_table()
    line = timeline(phonemes, table)
    found: list[Closure] = []
    for name, start, end in zip(line.names, line.starts.tolist(), line.ends.tolist(), strict=True):
        contact = table.visemes[name].contact
        if contact is None:
            continue
        begin, finish = core(start, end)
        middle = math.floor((begin + finish) / 2 * FRAME_RATE + 0.5)
        if 0 <= middle < frames:
            found.append(
                Closure(
                    viseme=name,
                    contact=contact,
                    start=start,
                    end=end,
                    first=max(0, min(middle, math.ceil(begin * FRAME_RATE))),
                    last=min(frames - 1, max(middle, math.floor(finish * FRAME_RATE))),
                )
            )
    return tuple(found)


def core(start: float, end: float) -> tuple[float, float]:
    """The part of a sound, in seconds, in which its contact is certain."""
    return start + CORE[0] * (end - start), start + CORE[1] * (end - start)


def closures_kept(
    targets: F32, phonemes: Sequence[Phoneme], table: VisemeTable | None = None
) -> tuple[int, int]:
    """How many contacts the weights ``targets`` (N, 52) keep in all their frames, and of how many.

    Lips have to be closed for p, b and m, and the lower lip at the teeth for f and v.
    """
    gaps = np.concatenate([contact_gaps(targets, phonemes, one, table=table) for one in Contact])
    return int(np.count_nonzero(gaps <= CLOSED)), len(gaps)


def contact_gaps(
    targets: F32,
    phonemes: Sequence[Phoneme],
    contact: Contact,
    *,
    late: int = 0,
    table: VisemeTable | None = None,
) -> F32:
    """The widest gap (n,) in the frames of each sound that keeps ``contact``; 0 where it is kept.

    A contact may be up to ``late`` frames late as a whole: the least of their gaps counts.
    """
    table = table or shipped_table()
    gap = _gap(contact, targets, table.rig.names)
    widest = [
        min(
            gap[one.first + shift : one.last + shift + 1].max()
            for shift in range(min(late, len(gap) - 1 - one.last) + 1)
        )
        for one in closures(phonemes, len(targets), table)
        if one.contact is contact
    ]
    return np.array(widest, dtype=np.float32)


def lip_gap(weights: npt.ArrayLike, channels: Sequence[str]) -> F32:
    """How far the lips are apart (N,) at ``weights`` (N, C); 0 where they touch."""
    return _gap(Contact.LIPS, weights, channels)


def teeth_gap(weights: npt.ArrayLike, channels: Sequence[str]) -> F32:
    """How far the lower lip is below the upper teeth (N,) at ``weights`` (N, C); 0 at or over."""
    return _gap(Contact.TEETH, weights, channels)


def pressed(weights: npt.ArrayLike, channels: Sequence[str]) -> F64:
    """How far what presses the lips or rolls them in does so (...), 1 in full, at (..., C)."""
    of = _Columns(weights, channels)
    found: F64 = np.max([of[name] / full for name, full in PRESSING.items()], axis=0)
    return found


def _gap(contact: Contact, weights: npt.ArrayLike, channels: Sequence[str]) -> F32:
    gap, of = GAPS[contact], _Columns(weights, channels)
    jaw = of["jawOpen"] * (1.0 - gap.closing * of["mouthClose"])
    parted: F64 = np.sum([part * of[name] for name, part in gap.parting.items()], axis=0)
    give = gap.give + gap.pressed * np.minimum(1.0, pressed(weights, channels))
    return np.maximum(0.0, jaw + parted - give).astype(np.float32)


class _Columns:
    """Columns of weights by channel; a name without side is the wider of its two sides."""

    def __init__(self, weights: npt.ArrayLike, channels: Sequence[str]) -> None:
        self._weights = np.asarray(weights, dtype=np.float64)
        self._index = {name: position for position, name in enumerate(channels)}

    def __getitem__(self, name: str) -> F64:
        if name in self._index:
            found: F64 = self._weights[..., self._index[name]]
            return found
        wider: F64 = np.maximum(self[f"{name}Left"], self[f"{name}Right"])
        return wider
