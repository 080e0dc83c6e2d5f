"""Lips from how likely each viseme is, frame by frame: the rules of `coarticulation` for a pipe.

The rules know each sound with its beginning and end; here every frame says how likely each viseme
and each contact is, and only so many frames ahead are known. A viseme pulls by the frame near by in
which it pulls most, so that where all is certain and known the curves are those of the rules. A
contact is told several times, as a guess that lets lips begin to close, and later for sure.

Dimension letters: N frames, V visemes and C channels in the order of the table, G groups of
channels, K kinds of contact in the order of `Contact`, O offsets in frames, D channels told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.engine.e1.conflict import Index
from mien.engine.e1.evaluate import resolved
from mien.twins import has_twin
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.lips.coarticulation import Plan, plan_of
from mien_trainer.lips.table import F64, Contact, VisemeTable

REACH = 12
"""Frames from which on a sound that is over has no influence (0.2 s)."""

MEETS, PARTS = 0.4, 0.2
"""How likely a contact has to be to be made, and how likely to be kept."""

HELD = 3
"""Frames that a contact is held at least (50 ms)."""

UNSURE = 0.06
"""How much less firmly lips are closed by what is as good as unlikely than by what is certain: as
firmly as by the likeliest frame so far, since a contact is one thing from its beginning to its end.
"""

SETTLES = 12
"""Frames that silence lasts before lips come to rest by it (0.2 s), as in the rules; less of it
pulls them there by its share of that."""

DIRECT = 0.5
"""The share of weights that are told beside the visemes."""

RESTING = (0.7, 0.9)
"""The share of silence from which on lips come to rest, and at which they are there, exactly."""

ATTACK = 0.045
"""Seconds that a sound is known ahead, at least, before it pulls in full: what is known late cannot
lead as by the rules, and would make the mouth jump."""

_BLOCK = 64
"""Frames at a time: they stay in the cache."""

PULL = 1e-6
"""Stands for no pull at all, so that there is always something to take a mean of."""


@frozen(kw_only=True, eq=False)
class LiveLips:
    """N frames: ``weights`` (N, C) in [0, 1], and how firmly lips or teeth meet (N,)."""

    weights: F32
    contacts: F32


class LipKernels:
    """Turns likelihoods that come in pieces into lips, ``ahead`` frames late; memory stays flat."""

    def __init__(
        self,
        table: VisemeTable,
        ahead: int,
        channels: Sequence[str] = (),
        reaches: Sequence[int] = (),
    ) -> None:
        """``ahead`` frames are known beyond each that is given.

        ``channels`` (D) are those whose weights are told beside the visemes; the lips are the mean
        of what both say, `DIRECT` parts of them. Contacts may be told several times: ``reaches``
        are the frames that each telling knows beyond each frame that is given, the one with the
        fewest being the surest; ``ahead`` alone where there are none.
        """
        self.ahead = ahead
        plan = plan_of(table)
        self._plan = plan
        self._pulls = np.ascontiguousarray(_pulls(plan, ahead).transpose(0, 2, 1))[:, None]
        self._columns, self._groups = _moved(plan, [table.rig.index[name] for name in channels])
        self._shapes = np.ascontiguousarray(plan.weights[:, self._columns].T)
        self._rest = plan.positions[plan.rest]
        self._known = _silence(REACH, len(plan.power), self._rest)
        self._settled = 1.0
        self._reaches = tuple(reaches) or (ahead,)
        self._gates = _Gates(table, plan, self._columns, self._reaches)
        self._meets = [np.zeros((REACH, len(Contact))) for _ in self._reaches]
        self._held = [[_Hold() for _ in Contact] for _ in self._reaches]
        self._direct = np.zeros((0, len(channels)), dtype=np.float32)

    def push(self, visemes: F32, contacts: Sequence[F32], direct: F32) -> LiveLips:
        """The frames that are complete with these.

        ``visemes`` (n, V) and each telling of ``contacts`` (n, K) are how likely each is,
        ``direct`` (m, D) are weights, as many of which have to have come as frames are given.
        """
        known = np.concatenate((self._known, self._settling(visemes)))
        meets = [
            np.concatenate((before, _kept(held, new)))
            for before, held, new in zip(self._meets, self._held, contacts, strict=True)
        ]
        told = np.concatenate((self._direct, direct))
        ready = [len(one) - REACH - reach for one, reach in zip(meets, self._reaches, strict=True)]
        frames = max(0, min(len(known) - REACH - self.ahead, len(told), *ready))
        parts = [
            self._shown(known[begin:], [one[begin:] for one in meets], told[begin:end])
            for begin in range(0, frames, _BLOCK)
            if (end := min(begin + _BLOCK, frames))
        ]
        self._known, self._direct = known[frames:], told[frames:]
        self._meets = [one[frames:] for one in meets]
        return parts[0] if len(parts) == 1 else _joined(parts, self._plan.weights.shape[1])

    def _settling(self, visemes: F32) -> F64:
        """``visemes`` (n, V) with less silence as long as it is young."""
        rests: list[float] = []
        for one in visemes[:, self._rest].tolist():
            self._settled = min(1.0, self._settled + 1.0 / SETTLES) * one
            rests.append(one * self._settled)
        found = visemes.astype(np.float64)
        found[:, self._rest] = np.array(rests, dtype=np.float32)
        return found

    def _shown(self, known: F64, meets: Sequence[F64], direct: F32) -> LiveLips:
        """As many frames as are told by ``direct``, from the first one in reach of the others."""
        plan = self._plan
        weights = blended(known, direct, self._pulls, self._groups, self._shapes, self._rest)
        shown, firm = self._gates.closed(weights, meets)
        return LiveLips(weights=resolved(plan.conflict, shown), contacts=firm)


@has_twin("mien_trainer.lips.live_kernels")
def blended(known: F64, direct: F32, pulls: F64, groups: Index, shapes: F64, rest: int) -> F64:
    """The weights (N, M) of channels of ``groups`` (M,) that visemes and ``direct`` (N, D) say.

    ``known`` (N + O - 1, V) is how likely each viseme is, ``pulls`` (O, 1, G, V) how it pulls,
    ``shapes`` (M, V) what it looks like, ``rest`` the one that is silence.
    """
    share = _shares(known, len(direct), pulls)
    weights: F64 = np.add.reduce(share.take(groups, axis=1) * shapes, axis=-1)
    own = weights[:, : direct.shape[1]]
    own += DIRECT * (direct - own)
    low, high = RESTING
    rests = (share[:, :, rest] - low) / (high - low)
    rests = np.minimum(1.0, np.maximum(0.0, rests))
    moves = 1.0 - rests * rests * (3.0 - 2.0 * rests)
    weights *= moves.take(groups, axis=1)
    return weights


def _shares(known: F64, frames: int, pulls: F64) -> F64:
    """How much each viseme has of each group of channels (N, G, V)."""
    near = known[np.arange(len(pulls))[:, None] + np.arange(frames)]
    pull = np.maximum.reduce(near[:, :, None] * pulls, axis=0)
    share: F64 = np.maximum(PULL, pull, out=pull)
    share /= np.add.reduce(share, axis=-1, keepdims=True)
    return share


def _moved(plan: Plan, told: Sequence[int]) -> tuple[Index, Index]:
    """The columns of C that ever move, those that are ``told`` first, and the group of each.

    One of no group, which only a contact moves or a network tells, rests with the first.
    """
    groups = {column: group for group, own in enumerate(plan.channels) for column in own.tolist()}
    ruled: list[int] = np.flatnonzero(plan.ruled.any(axis=0)).tolist()
    columns = list(dict.fromkeys((*told, *groups, *ruled)))
    return np.array(columns), np.array([groups.get(column, 0) for column in columns])


def _joined(parts: Sequence[LiveLips], channels: int) -> LiveLips:
    none = np.zeros((0, channels), dtype=np.float32)
    return LiveLips(
        weights=np.concatenate([none, *(one.weights for one in parts)]),
        contacts=np.concatenate([none[:, 0], *(one.contacts for one in parts)]),
    )


def _silence(frames: int, visemes: int, rest: int) -> F64:
    found = np.zeros((frames, visemes))
    found[:, rest] = 1.0
    return found


def _pulls(plan: Plan, ahead: int) -> F64:
    """How a frame at each offset from -`REACH` to ``ahead`` pulls (O, V, G)."""
    offsets = np.arange(-REACH, ahead + 1)[:, None, None] / FRAME_RATE
    moments = offsets - np.minimum(plan.lead, ahead / FRAME_RATE - ATTACK)[None, None, :]
    # A frame is half a frame to either side of its moment.
    distance = np.maximum(np.abs(moments) - 0.5 / FRAME_RATE, 0.0)
    reach = np.where(moments > 0.0, plan.before[None], plan.after[None])
    fall = (distance / reach) ** plan.power[None, :, None]
    found: F64 = np.exp(plan.log_strength[None] - fall)
    return found


class _Hold:
    """Whether one kind of contact is made, frame by frame."""

    def __init__(self) -> None:
        self._for, self._firm = 0, 0.0

    def take(self, likely: Sequence[float]) -> list[float]:
        """How firmly it is made (n,), 0 where it is not, by how likely it is (n,)."""
        if not self._for and max(likely, default=0.0) < MEETS:
            return [0.0] * len(likely)
        found: list[float] = []
        for one in likely:
            stays = self._for > 0 and (self._for < HELD or one >= PARTS)
            self._for = self._for + 1 if stays or one >= MEETS else 0
            firm = 1.0 - UNSURE * (1.0 - one)
            self._firm = max(self._firm, firm) if self._for > 0 else 0.0
            found.append(self._firm)
        return found


def _kept(held: Sequence[_Hold], likely: F32) -> F64:
    """How firmly each kind of contact is made (n, K), by how likely it is (n, K)."""
    kinds = zip(held, likely.T.tolist(), strict=True)
    return np.array([hold.take(one) for hold, one in kinds]).T


class _Gates:
    """How contacts come and go around the frames in which they are made."""

    def __init__(
        self, table: VisemeTable, plan: Plan, columns: Index, reaches: Sequence[int]
    ) -> None:
        """``reaches`` are the frames that each telling of contacts knows beyond a frame.

        ``columns`` (M) are those of C that are given.
        """
        farthest = max(reaches)
        surest = [
            min(one for one in reaches if one >= offset) for offset in range(-REACH, farthest + 1)
        ]
        self._tellings = np.array([reaches.index(one) for one in surest])
        curves = np.array(
            [
                [
                    _ramp(closing, opening, timing.lead, farthest)
                    for closing, opening in (
                        (timing.closing + timing.pressing, timing.opening + timing.pressing),
                        (timing.pressing, timing.pressing),
                    )
                ]
                for timing in (table.contacts[kind] for kind in Contact)
            ]
        )
        self._curves = np.ascontiguousarray(curves.transpose(2, 1, 0))
        """(O, 2, K): of what closes the lips, and of what seals them."""
        rows = [
            next(row for row, one in enumerate(table.visemes.values()) if one.contact is kind)
            for kind in Contact
        ]
        self._ruled, self._shapes = (
            np.ascontiguousarray(one[rows][:, columns]) for one in (plan.ruled, plan.weights)
        )
        self._sealing = np.isin(columns, plan.sealing)
        self._columns, self._channels = columns, plan.weights.shape[1]

    def closed(self, weights: F64, meets: Sequence[F64]) -> tuple[F32, F32]:
        """``weights`` (N, M) with contacts on them, among C, and how near one is (N,).

        ``meets`` are the tellings of how firmly each kind is made (m, K), from `REACH` frames
        before the first of N on.
        """
        begins = np.cumsum([0, *(len(one) for one in meets[:-1])])[self._tellings]
        return gated(
            weights,
            np.ascontiguousarray(np.concatenate(meets)),
            begins + np.arange(len(begins)),
            self._curves,
            self._ruled,
            self._shapes,
            self._sealing,
            self._columns,
            self._channels,
        )


@has_twin("mien_trainer.lips.live_kernels")
def gated(
    weights: F64,
    meets: F64,
    begins: Index,
    curves: F64,
    ruled: F64,
    shapes: F64,
    sealing: npt.NDArray[np.bool_],
    columns: Index,
    channels: int,
) -> tuple[F32, F32]:
    """Weights (N, C) with contacts on them, and how near one is (N,), 1 while it is made.

    ``begins`` (O,) are where in ``meets`` (..., K) the offset of a first frame is, ``curves``
    (O, 2, K) how much it closes and seals there; ``ruled`` and ``shapes`` (K, M) are what each kind
    rules and shows, ``sealing`` (M,) what seals, and ``columns`` (M,) where they are among C.
    """
    made = meets[begins[:, None] + np.arange(len(weights))]
    met = np.zeros(len(weights))
    if made.any():
        near: F64 = (curves[:, :, None] * made[:, None]).max(axis=0)
        for kind, (own, shape) in enumerate(zip(ruled, shapes, strict=True)):
            close, sealed = near[0, :, kind, None], near[1, :, kind, None]
            held: F64 = np.where(sealing, sealed, close) * own
            weights = (1.0 - held) * weights + held * shape
        met = (curves[:, 0, None] * np.sign(made)).max(axis=(0, 2))
    shown = np.zeros((len(weights), channels), dtype=np.float32)
    shown[:, columns] = np.minimum(1.0, np.maximum(0.0, weights))
    return shown, met.astype(np.float32)


def _ramp(closing: float, opening: float, lead: float, ahead: int) -> F64:
    """How closed it is (O,) where the contact is made at each offset from -`REACH` to ``ahead``."""
    found = np.zeros(REACH + ahead + 1)
    shift = lead * FRAME_RATE
    for place in range(len(found)):
        offset = place - REACH - shift
        width = (closing if offset > 0 else opening) * FRAME_RATE
        part = min(1.0, max(0.0, 1.0 - max(0.0, abs(offset) - shift) / (width + 1.0)))
        found[place] = part * part * (3.0 - 2.0 * part)
    return found
