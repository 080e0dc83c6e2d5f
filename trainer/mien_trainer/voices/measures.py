"""Lips beside what they should do: closures, touches, openings, and how they move.

Dimension letters: N frames, C channels, K `CURVES`, L `LAGS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.closures import GAPS, closures, lip_gap, pressed
from mien_trainer.lips.table import F64, Contact
from mien_trainer.lips.touching import SPOKEN
from mien_trainer.phonemes import Phoneme

CURVES = ("opening", "jaw", "lowerDown", "pucker", "mouthClose")
"""What is followed over time: how far the lips are apart, and single channels."""

_CHANNELS = {"jaw": "jawOpen", "pucker": "mouthPucker", "mouthClose": "mouthClose"}
_BOTH = ("mouthLowerDownLeft", "mouthLowerDownRight")

LAGS = range(-4, 13)
"""By how many frames lips may come after what they should do; the best one counts."""

WITHIN = 2
"""Frames (33 ms) by which a closure may come early or late."""

APART = 0.2
"""Lips are well apart from this gap on, in units of jawOpen."""

SEEN = 3
"""Frames in which lips that touch are seen to (50 ms); fewer are a flicker."""

Moments = npt.NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class Motion:
    """What is measured of the lips of one sound: ``curves`` (N, K), and ``gap`` (N,).

    ``gap`` is that between the lips in units of jawOpen, below 0 where they are pressed together.
    """

    curves: F64
    gap: F64


def motion(weights: F32, channels: Sequence[str]) -> Motion:
    """Of weights (N, C)."""
    index = {name: at for at, name in enumerate(channels)}
    found = np.zeros((len(weights), len(CURVES)))
    found[:, 0] = lip_gap(weights, channels)
    for place, curve in enumerate(CURVES):
        if curve in _CHANNELS and _CHANNELS[curve] in index:
            found[:, place] = weights[:, index[_CHANNELS[curve]]]
    lower = [index[name] for name in _BOTH if name in index]
    if lower:
        found[:, CURVES.index("lowerDown")] = weights[:, lower].mean(axis=1)
    # The gap itself stops at 0: how firmly lips are pressed tells likely closures from others.
    give = GAPS[Contact.LIPS].give
    soft = np.where(found[:, 0] > 0.0, found[:, 0], -give * pressed(weights, channels))
    return Motion(curves=found, gap=soft)


@frozen(kw_only=True, eq=False)
class Heard:
    """One clip under one method, beside what its lips should do (``true``)."""

    found: Motion
    true: Motion
    speech: Moments
    phonemes: tuple[Phoneme, ...]


@frozen(kw_only=True)
class Followed:
    """How the lips of some clips follow what they should do; nan where nothing can be said.

    ``r``: Pearson's over the spoken frames at the best ``lag`` (frames after), each clip about its
    own mean. ``amplitude`` and ``speed`` are those of the jaw as a share of what they should be.
    ``touches`` and ``taught`` are how often lips meet in a second of speech and how often they
    should, ``flicker`` how often for fewer than `SEEN` frames. ``shut``: in how many frames that
    should have the lips well apart they touch. ``kept``: the share of ``closures`` that are closed
    within `WITHIN` frames of their time; ``matched``: the same where lips are taken to touch up to
    the gap at which they do so as often as they should.
    """

    clips: int
    seconds: float
    r: Mapping[str, float]
    lag: int
    amplitude: float
    speed: float
    touches: float
    taught: float
    flicker: float
    shut: float
    kept: float
    matched: float
    closures: int


def followed(heard: Sequence[Heard], *, known: bool = True) -> Followed:
    """All clips together; ``known`` is whether what their lips should do is."""
    lag, r = _best([_sums(one) for one in heard])
    spoken = sum(int(one.speech.sum()) for one in heard)
    seconds = spoken / FRAME_RATE
    closed = [gap for one in heard for gap in _closure_gaps(one)]
    widths = [one.found.gap[one.speech & (one.true.gap >= APART)] for one in heard]
    apart = np.concatenate([np.zeros(0), *widths])
    return Followed(
        clips=len(heard),
        seconds=seconds,
        r=r,
        lag=lag,
        amplitude=_ratio([(_spread(o.found, o), _spread(o.true, o)) for o in heard]),
        speed=_ratio([(_moved(o.found, o), _moved(o.true, o)) for o in heard]),
        touches=_rate([touches(one.found.gap, one.speech) for one in heard], seconds),
        taught=_rate([touches(one.true.gap, one.speech) for one in heard], seconds)
        if known
        else float("nan"),
        flicker=_rate(
            [touches(one.found.gap, one.speech, most=SEEN - 1) for one in heard], seconds
        ),
        shut=float((apart <= 0.0).mean()) if len(apart) else float("nan"),
        kept=_share(closed, 0.0),
        matched=_matched(heard),
        closures=len(closed),
    )


def touches(gap: F64, speech: Moments, level: float = 0.0, most: int | None = None) -> int:
    """How often lips come to touch (a gap of ``level`` at most) while somebody speaks.

    With ``most`` only those touches count that last no longer than so many frames.
    """
    edges = np.diff(np.concatenate(([0], ((gap <= level) & speech).astype(np.int8), [0])))
    begins, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    # Where speech begins lips are closed already.
    parted = np.array([begin > 0 and bool(speech[begin - 1]) for begin in begins], dtype=bool)
    short = np.ones(len(begins), dtype=bool) if most is None else ends - begins <= most
    return int(np.count_nonzero(parted & short))


def closure_frames(phonemes: Sequence[Phoneme], frames: int) -> list[tuple[int, int]]:
    """The first and the last frame of each p, b and m."""
    return [
        (one.first, one.last) for one in closures(phonemes, frames) if one.contact is Contact.LIPS
    ]


def least_gap(gap: F64, first: int, last: int) -> float:
    """How wide lips are at their widest from ``first`` to ``last``, where that is least nearby."""
    shifts = range(-min(WITHIN, first), min(WITHIN, len(gap) - 1 - last) + 1)
    return min(float(gap[first + shift : last + shift + 1].max()) for shift in shifts)


def _closure_gaps(one: Heard) -> list[float]:
    return [
        least_gap(one.found.gap, first, last)
        for first, last in closure_frames(one.phonemes, len(one.found.gap))
    ]


def _matched(heard: Sequence[Heard]) -> float:
    """The share of closures that are kept where lips touch as often as they should.

    Lips are taken to touch up to a gap that rises until they do. Where they come to touch too often
    at once, as those do that are always pressed alike, as many as they should are taken of them.
    """
    wanted = sum(touches(one.true.gap, one.speech) for one in heard)
    closed = [gap for one in heard for gap in _closure_gaps(one)]
    if not closed:
        return float("nan")
    gaps = np.concatenate([np.zeros(1), *(one.found.gap[one.speech] for one in heard)])
    count, share = 0, 0.0
    for level in np.union1d(np.quantile(gaps, np.linspace(0, 0.9, 91)), [0.0]).tolist():
        more = sum(touches(one.found.gap, one.speech, level) for one in heard)
        kept = _share(closed, level)
        if more >= wanted:
            return share + (kept - share) * (wanted - count) / max(more - count, 1)
        count, share = more, kept
    return share


_Sums = npt.NDArray[np.float64]


def _sums(one: Heard) -> _Sums:
    """Of products (L, K, 3): found by itself, found by true, true by itself, for each lag."""
    frames = len(one.speech)
    sums = np.zeros((len(LAGS), len(CURVES), 3))
    for place, lag in enumerate(LAGS):
        late, early = max(lag, 0), max(-lag, 0)
        length = frames - late - early
        keep = one.speech[early : early + length] if length > 0 else np.zeros(0, dtype=bool)
        if keep.sum() < SEEN:
            continue
        found = one.found.curves[late : late + length][keep]
        true = one.true.curves[early : early + length][keep]
        found, true = found - found.mean(axis=0), true - true.mean(axis=0)
        sums[place] = np.stack([(a * b).sum(axis=0) for a, b in _pairs(found, true)], axis=1)
    return sums


def _pairs(found: F64, true: F64) -> tuple[tuple[F64, F64], ...]:
    return (found, found), (found, true), (true, true)


def _best(sums: Sequence[_Sums]) -> tuple[int, dict[str, float]]:
    total = np.sum([np.zeros((len(LAGS), len(CURVES), 3)), *sums], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = total[..., 1] / np.sqrt(total[..., 0] * total[..., 2])
    opening = np.where(np.isfinite(r[:, 0]), r[:, 0], -2.0)
    best = int(np.argmax(opening))
    return LAGS[best], {name: float(r[best, at]) for at, name in enumerate(CURVES)}


_JAW = CURVES.index("jaw")


def _spread(shown: Motion, one: Heard) -> float:
    jaw = shown.curves[one.speech, _JAW]
    return float(jaw.std() * len(jaw)) if len(jaw) else 0.0


def _moved(shown: Motion, one: Heard) -> float:
    steps = np.abs(np.diff(shown.curves[:, _JAW]))
    return float(steps[one.speech[1:]].sum())


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    found, true = sum(one for one, _ in pairs), sum(one for _, one in pairs)
    return found / true if true > 0.0 else float("nan")


def _rate(counts: Sequence[int], seconds: float) -> float:
    return sum(counts) / seconds if seconds > 0.0 else float("nan")


def _share(gaps: Sequence[float], level: float) -> float:
    return float(np.mean([gap <= level for gap in gaps])) if gaps else float("nan")


def spoken(speech: F32) -> Moments:
    """The frames that count as spoken, of how much is spoken (N,)."""
    return np.asarray(speech >= SPOKEN)
