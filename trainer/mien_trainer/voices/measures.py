"""Lips beside what they should do: closures, touches, openings, and how they move.

Dimension letters: N frames, C channels, K `CURVES`, L `LAGS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.closures import GAPS, closures, lip_gap, pressed
from mien_trainer.lips.table import F64, Contact
from mien_trainer.lips.touching import SPOKEN
from mien_trainer.phonemes import Phoneme
from mien_trainer.voices.at_rate import AtRate, Counts

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

FLOOR, MOST_FLOOR = 0.05, 0.1
"""In what share of a capture lips touch at least, and the widest gap that a tracker shows there."""

STILL = 0.01
"""A curve of a capture that strays less from its mean is not followed: it is a tracker's noise."""

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


def captured(weights: F32, channels: Sequence[str]) -> Motion:
    """Of a tracker's weights (N, C), whose channels are seldom 0 at rest: lips that touch do."""
    found = motion(weights, channels)
    floor = min(MOST_FLOOR, float(np.quantile(found.gap, FLOOR))) if len(weights) else 0.0
    return evolve(found, gap=found.gap - floor) if floor > 0.0 else found


@frozen(kw_only=True, eq=False)
class Heard:
    """One clip under one method, beside what its lips should do (``true``).

    A capture's rows (R) lie at the frames ``rows``, between which nothing is known of it; it was
    brought ``shift`` frames later (`in_step`), and is compared as it lies.
    """

    found: Motion
    true: Motion
    speech: Moments
    phonemes: tuple[Phoneme, ...]
    rows: F64 | None = field(default=None)
    shift: int | None = field(default=None)


def in_step(one: Heard) -> Heard:
    """With ``true`` as much later as ``found`` follows it best: film and sound are seldom in step.

    What is known of the sound (closures, speech) stays where it is.
    """
    in_order = sorted(LAGS, key=abs)  # where all follow alike, as it lies
    return max((_moved_by(one, lag) for lag in in_order), key=_follows)


def _follows(one: Heard) -> float:
    """Pearson's r of the opening as it lies; -1 where there is none."""
    found, both, true = _sums_at(one, 0)[0].tolist()
    return both / (found * true) ** 0.5 if found * true > 0.0 else -1.0


def _moved_by(one: Heard, lag: int) -> Heard:
    at = np.clip(np.arange(len(one.speech)) - lag, 0, max(len(one.speech) - 1, 0))
    true = Motion(curves=one.true.curves[at], gap=one.true.gap[at])
    return evolve(one, true=true, shift=lag)


@frozen(kw_only=True)
class Followed:
    """How the lips of some clips follow what they should do; nan where nothing can be said.

    ``r``: Pearson's over the spoken frames at the best ``lag`` (frames after), each clip about its
    own mean; captures each at its own, and ``lag`` is the middle one. ``amplitude`` and ``speed``
    are those of the jaw as a share of what they should be.
    ``touches`` and ``taught`` are how often lips meet in a second of speech and how often they
    should, ``flicker`` how often for fewer than `SEEN` frames. ``shut``: in how many frames that
    should have the lips well apart they touch. ``kept``: the share of ``closures`` that are closed
    within `WITHIN` frames of their time; ``matched``: the same where lips are taken to touch up to
    the gap at which they do so as often as they should, and ``chance`` the standard error of that.
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
    chance: float
    closures: int


def followed(heard: Sequence[Heard], *, known: bool = True) -> Followed:
    """All clips together; ``known`` is whether what their lips should do is."""
    shifts = [one.shift for one in heard if one.shift is not None]
    lag, r = _best([_sums(one) for one in heard], range(1) if shifts else LAGS)
    lag = int(np.median(shifts)) if shifts else lag
    spoken = sum(int(one.speech.sum()) for one in heard)
    seconds = spoken / FRAME_RATE
    closed = [gap for one in heard for gap in _closure_gaps(one)]
    widths = [one.found.gap[one.speech & (one.true.gap >= APART)] for one in heard]
    apart = np.concatenate([np.zeros(0), *widths])
    rate = _at_rate(heard)
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
        matched=rate.share,
        chance=rate.chance,
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


def _at_rate(heard: Sequence[Heard]) -> AtRate:
    """What each clip has at levels that rise over the gaps of all."""
    gaps = np.concatenate([np.zeros(1), *(one.found.gap[one.speech] for one in heard)])
    levels = np.union1d(np.quantile(gaps, np.linspace(0, 0.9, 91)), [0.0])
    closed = [np.array(_closure_gaps(one)) for one in heard]
    return AtRate(
        touches=_counts([[touches(o.found.gap, o.speech, at) for o in heard] for at in levels]),
        wanted=_counts([touches(one.true.gap, one.speech) for one in heard]),
        kept=_counts([[int((one <= at).sum()) for one in closed] for at in levels]),
        closures=_counts([len(one) for one in closed]),
    )


def _counts(found: Sequence[int] | Sequence[Sequence[int]]) -> Counts:
    return np.array(found, dtype=np.int64)


_Sums = npt.NDArray[np.float64]


def _sums(one: Heard) -> _Sums:
    """Of products (L, K, 3) at each lag."""
    return np.stack([_sums_at(one, lag) for lag in LAGS])


def _sums_at(one: Heard, lag: int) -> _Sums:
    """Of products (K, 3): found by itself, found by true, true by itself; 0 if little is known."""
    late, early = max(lag, 0), max(-lag, 0)
    length = len(one.speech) - late - early
    keep = one.speech[early : early + length] if length > 0 else np.zeros(0, dtype=bool)
    if keep.sum() < SEEN:
        return np.zeros((len(CURVES), 3))
    found = one.found.curves[late : late + length][keep]
    true = one.true.curves[early : early + length][keep]
    found, true = found - found.mean(axis=0), true - true.mean(axis=0)
    sums = np.stack([(a * b).sum(axis=0) for a, b in _pairs(found, true)], axis=1)
    if one.rows is not None:
        sums[true.std(axis=0) < STILL] = 0.0
    return sums


def _pairs(found: F64, true: F64) -> tuple[tuple[F64, F64], ...]:
    return (found, found), (found, true), (true, true)


def _best(sums: Sequence[_Sums], lags: range) -> tuple[int, dict[str, float]]:
    total = np.sum([np.zeros((len(LAGS), len(CURVES), 3)), *sums], axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = total[..., 1] / np.sqrt(total[..., 0] * total[..., 2])
    opening = np.where(np.isfinite(r[:, 0]) & np.isin(LAGS, lags), r[:, 0], -2.0)
    opening[LAGS.index(0)] = max(opening[LAGS.index(0)], -1.5)
    best = int(np.argmax(opening))
    return LAGS[best], {name: float(r[best, at]) for at, name in enumerate(CURVES)}


_JAW = CURVES.index("jaw")


def _spread(shown: Motion, one: Heard) -> float:
    jaw = shown.curves[one.speech, _JAW]
    return float(jaw.std() * len(jaw)) if len(jaw) else 0.0


def _moved(shown: Motion, one: Heard) -> float:
    jaw = shown.curves[:, _JAW]
    if one.rows is not None:  # both as they are seen at the capture's pace
        frames, rows = np.arange(len(jaw)), one.rows + (one.shift or 0)
        jaw = np.interp(frames, rows, np.interp(rows, frames, jaw))
    return float(np.abs(np.diff(jaw))[one.speech[1:]].sum())


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
