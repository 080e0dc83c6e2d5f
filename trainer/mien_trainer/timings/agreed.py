"""Closures on which two witnesses agree: sounds that a recogniser heard, and a network of lips.

Where the recogniser's words fit the sound well they are hardly ever overruled; the worse they fit,
the less has a network to be sure to take a closure away or to add one. Dimension letters: N frames,
V visemes in the order of the table.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from attrs import evolve, frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact
from mien_trainer.phonemes import SILENCE, Phoneme, without_empty

# Chosen on 77 recordings in 41 voices that no figure of ours is printed of.
FITTING = -40.0
"""The fit of words (mean score of a frame) at which the two that follow hold."""

DROPPED, ADDED = -3.0, 1.5
"""Log odds of a contact below which a closure is taken away, and from which on one is added."""

_SLOPE = 0.1
"""By how much both come nearer to 0 for each 1 by which words fit worse."""

_NEAR = 3
"""Frames within which both may place the same closure."""

_MET, _LEAST, _MOST = 0.35, 2, 12
"""How likely a contact is in all frames of a closure that is added, how many those are at least,
and how many of them are taken."""

_PAUSE, _INSIDE = 0.3, 0.15
"""Seconds of a pause in which nothing is said, from so far behind its ends on."""

_FAINT = 1e-4


@frozen(kw_only=True, eq=False)
class Witness:
    """What a network hears: how likely each viseme is (N, V), and that lips meet (N,)."""

    visemes: F32
    meets: F32


Fits = Sequence[tuple[float, float]]
"""From which second on words fit how well, from 0 on."""


def agreed(phonemes: Sequence[Phoneme], fits: Fits, witness: Witness) -> tuple[Phoneme, ...]:
    """The phonemes with the closures that both witnesses, weighed by the fit of words, tell."""
    kept = [_doubted(one, fits, witness) for one in phonemes]
    closed = [(one.start, one.end) for one in kept if one.symbol in _SOUNDS_OF_LIPS]
    for start, end in _sure(fits, witness):
        near = _NEAR / FRAME_RATE
        if any(last >= start - near and first <= end + near for first, last in closed):
            continue
        if not _in_pause(kept, (start + end) / 2):
            kept = list(_with_closure(kept, start, end))
    return without_empty(kept)


def likeness(phonemes: Sequence[Phoneme], witness: Witness) -> float:
    """How likely a witness holds what was heard: the mean logarithm a phoneme, 0 at best.

    Pauses do not count; of a sound in which nothing was heard it is 0.
    """
    found: list[float] = []
    for one in phonemes:
        first = int(one.start * FRAME_RATE)
        here = witness.visemes[first : max(int(one.end * FRAME_RATE), first + 1)]
        if one.symbol in _VISEME_OF and len(here):
            likely = float(here[:, _VISEME_OF[one.symbol]].mean(dtype=np.float64))
            found.append(math.log(max(likely, _FAINT)))
    return sum(found) / len(found) if found else 0.0


_TABLE = shipped_table()
_VISEME_OF = {
    sound: place
    for place, one in enumerate(_TABLE.visemes.values())
    for sound in one.sounds
    if sound != SILENCE
}
_SOUNDS = tuple(one.sounds[0] for one in _TABLE.visemes.values())
_OF_LIPS = np.array([one.contact is Contact.LIPS for one in _TABLE.visemes.values()])
_SOUNDS_OF_LIPS = frozenset(
    sound for one in _TABLE.visemes.values() if one.contact is Contact.LIPS for sound in one.sounds
)
_CLOSURE = "m"


def _doubted(one: Phoneme, fits: Fits, witness: Witness) -> Phoneme:
    """A phoneme, or what is heard in its place where it is a closure that none is."""
    frames = len(witness.meets)
    first, last = int(one.start * FRAME_RATE), int(one.end * FRAME_RATE) + 1
    around = witness.meets[max(0, first - _NEAR) : last + _NEAR]
    if one.symbol not in _SOUNDS_OF_LIPS or not len(around) or first >= frames:
        return one
    if _odds(around) >= DROPPED + _SLOPE * _worse(fits, (one.start + one.end) / 2):
        return one
    heard = witness.visemes[first:last].mean(axis=0)
    heard = np.where(_OF_LIPS | (np.array(_SOUNDS) == SILENCE), -1.0, heard)
    return evolve(one, symbol=_SOUNDS[int(heard.argmax())])


def _sure(fits: Fits, witness: Witness) -> Iterator[tuple[float, float]]:
    """The moments in seconds from and to which a network is sure enough that lips are closed."""
    met = np.concatenate(([False], witness.meets >= _MET, [False]))
    edges = np.flatnonzero(np.diff(met.astype(np.int8))).tolist()
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        likely = witness.meets[begin:end]
        worse = _worse(fits, (begin + end) / 2 / FRAME_RATE)
        if end - begin < _LEAST or _odds(likely) < ADDED - _SLOPE * worse:
            continue
        if end - begin > _MOST:
            peak = begin + int(likely.argmax())
            begin, end = max(begin, peak - _MOST // 2), min(end, peak + _MOST // 2)
        yield begin / FRAME_RATE, end / FRAME_RATE


def _odds(likely: F32) -> float:
    most = min(max(float(likely.max()), _FAINT), 1.0 - _FAINT)
    return math.log(most / (1.0 - most))


def _worse(fits: Fits, moment: float) -> float:
    at = bisect_right(fits, moment, key=lambda one: one[0]) - 1
    return FITTING - fits[max(at, 0)][1] if fits else 0.0


def _in_pause(phonemes: Sequence[Phoneme], moment: float) -> bool:
    return any(
        one.symbol == SILENCE
        and one.end - one.start > _PAUSE
        and one.start + _INSIDE < moment < one.end - _INSIDE
        for one in phonemes
    )


def _with_closure(phonemes: Sequence[Phoneme], start: float, end: float) -> Iterator[Phoneme]:
    """The phonemes with a closure in the place of what they have from ``start`` to ``end``."""
    for one in phonemes:
        if one.start < start:
            yield evolve(one, end=min(one.end, start))
        if one.start <= start < one.end:
            yield Phoneme(symbol=_CLOSURE, start=start, end=min(end, phonemes[-1].end))
        if one.end > end:
            yield evolve(one, start=max(one.start, end))
