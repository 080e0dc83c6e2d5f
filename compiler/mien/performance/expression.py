"""The expression of a performance: cues cross-fade by weights, and points move, on smoothsteps.

A `Slot` is a label in one style. A pose gives slots weights, and all of them one VAD point; what
the weights leave of 1 is rest, the face of zeros. With e_i the smoothstep of move i,

    w_i = (1 - e_i) * w_(i-1) + e_i * pose_i          for every slot, w_0 the first pose
    v_i = (1 - e_i) * v_(i-1) + e_i * point_i         for slots that were seen when move i began
    face = conflict(min(1, sum_s w_s f_s(v_s)))       s in the order of labels, then styles

in float64 up to the weights and points, in float32 from there on: the bank's own mixture. So a move
may begin while another is under way, and a face that stands still is `Bank.face`'s, bit for bit.

Dimension letters: n frames of a block, C channels.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from mien.bank import Bank
from mien.engine.tables import F32, PLAIN
from mien.performance.clock import F64, FRAME, I64, TICKS, frame_ticks, way
from mien.timelines.clip import Clip, Sample

Point = tuple[float, float, float]


class Slot(NamedTuple):
    """The position of a label, and that of one of its styles or `mien.engine.tables.PLAIN`.

    ``play`` is 0 for a face that stands, else the number of a clip of the label that is played.
    """

    label: int
    style: int
    play: int = 0


@frozen(kw_only=True)
class Pose:
    """Weights of slots, each above 0, of a sum of at most 1; all looked at in one VAD point."""

    weights: Mapping[Slot, float] = field(factory=dict[Slot, float])
    point: Point = field(default=(0.0, 0.0, 0.0))


REST = Pose()
"""Nothing is shown."""


@frozen(kw_only=True)
class Move:
    """From what is shown at the tick ``start`` to ``pose`` in ``length`` ticks.

    Where the pose's slot plays, it plays ``clip`` from ``start`` on.
    """

    start: int
    length: int
    pose: Pose
    clip: Clip | None = field(default=None)

    @property
    def end(self) -> int:
        """The tick from which on only this pose, and later ones, are seen."""
        return self.start + self.length


@frozen(kw_only=True, eq=False)
class SlotCurve:
    """A slot over a block: its weights (n,), its points (n, 3), and what its clip does then."""

    weights: F64
    points: F64
    sample: Sample | None = field(default=None)


@frozen(kw_only=True)
class _Entry:
    """A move, the first move that it takes off from, and the slots that glide with it.

    Those are the slots that may be seen when it begins; others are at its point from there on.
    """

    move: Move
    since: Move
    gliding: frozenset[Slot]


class Curves:
    """The weights and points of every slot over time; moves may be added as it goes."""

    def __init__(self, first: Pose = REST) -> None:
        start = Move(start=-(1 << 60), length=0, pose=first)
        self._entries = [_Entry(move=start, since=start, gliding=frozenset())]

    @property
    def moves(self) -> Sequence[Move]:
        """Those that count from the last block on, the first of them over."""
        return tuple(entry.move for entry in self._entries)

    @property
    def gliding(self) -> Sequence[frozenset[Slot]]:
        """Of each of the moves the slots whose points go to its own."""
        return tuple(entry.gliding for entry in self._entries)

    def add(self, move: Move) -> None:
        """Add a move that begins no earlier than the next block; of two at once the later counts.

        Moves that follow it take off from where it leads.
        """
        at = self._begun(move.start)
        later = [move, *(entry.move for entry in self._entries[at:])]
        del self._entries[at:]
        for one in later:
            self._append(one)

    def cut(self, moment: int) -> None:
        """Forget every move that begins at ``moment`` or later."""
        self._entries[1:] = [one for one in self._entries[1:] if one.move.start < moment]

    def block(self, first: int, frames: int) -> dict[Slot, SlotCurve]:
        """The slots that are seen in ``frames`` frames from ``first`` on, in order.

        Blocks come in order: what is over before ``first`` is forgotten.
        """
        if not frames:
            return {}
        moments = frame_ticks(first, frames)
        if len(self._entries) > 1:
            del self._entries[: self.needed(first * FRAME)]
        base = self._entries[0].move.pose
        started = [one for one in self._entries[1:] if one.move.start <= moments[-1]]
        slots = sorted({*base.weights, *(s for one in started for s in one.move.pose.weights)})
        curves = {slot: _curve(slot, base, started, moments) for slot in slots}
        seen = {slot: curve for slot, curve in curves.items() if curve.weights.any()}
        return {slot: self._played(slot, curve, moments) for slot, curve in seen.items()}

    def _played(self, slot: Slot, curve: SlotCurve, moments: I64) -> SlotCurve:
        if slot.play == 0:
            return curve
        clip, start = next(
            (one.move.clip, one.move.start)
            for one in self._entries
            if one.move.clip is not None and slot in one.move.pose.weights
        )
        times = (moments - start).astype(np.float64) / float(TICKS // 1000)
        return evolve(curve, sample=clip.sample(times))

    def needed(self, moment: int) -> int:
        """The position of the first move that says anything of what follows ``moment``.

        What a move takes off from is over when it begins, so that those to come need nothing more.
        """
        at, begun = self._settled(moment), self._begun(moment)
        while True:
            going = [
                one for one in self._entries[at:begun] if one.gliding and one.move.end > moment
            ]
            earliest = min((self._position(one.since) for one in going), default=at)
            if earliest >= at:
                return at
            at = earliest

    def _append(self, move: Move) -> None:
        since = self._settled(move.start)
        earlier = [one.move.pose.weights for one in self._entries[since:]]
        seen = frozenset(s for s in move.pose.weights if any(s in one for one in earlier))
        entry = _Entry(move=move, since=self._entries[since].move, gliding=seen)
        self._entries.append(entry)

    def _begun(self, moment: int) -> int:
        """How many moves have begun at ``moment``."""
        return bisect_right(self._entries, moment, key=lambda entry: entry.move.start)

    def _settled(self, moment: int) -> int:
        """The position of the last move that is over at ``moment``: earlier ones are not seen."""
        begun = range(self._begun(moment) - 1, 0, -1)
        return next((at for at in begun if self._entries[at].move.end <= moment), 0)

    def _position(self, move: Move) -> int:
        places = (at for at, entry in enumerate(self._entries) if entry.move is move)
        return next(places, 0)


def _curve(slot: Slot, base: Pose, entries: Sequence[_Entry], moments: I64) -> SlotCurve:
    weights = np.full(len(moments), base.weights.get(slot, 0.0))
    points = np.full((len(moments), 3), np.array(base.point) + 0.0)  # never -0
    for entry in entries:
        move = entry.move
        come = way(moments, move.start, move.length)
        weights = (1.0 - come) * weights + come * move.pose.weights.get(slot, 0.0)
        if slot not in move.pose.weights:
            continue
        if slot in entry.gliding:
            points = (1.0 - come)[:, None] * points + come[:, None] * (
                np.array(move.pose.point) + 0.0
            )
        else:
            points[moments >= move.start] = np.array(move.pose.point) + 0.0
    return SlotCurve(weights=weights, points=points)


def arousal_of(curves: Mapping[Slot, SlotCurve], frames: int) -> F64:
    """The arousal (n,) that is shown: each slot's by its weight, 0 at rest."""
    arousal = np.zeros(frames)
    for curve in curves.values():
        arousal = arousal + curve.weights * curve.points[:, 1]
    return arousal


def turns_of_clips(curves: Mapping[Slot, SlotCurve], frames: int) -> tuple[F64, F64]:
    """The head (n, 3) and the gaze (n, 2) in degrees of the clips that play, by their weights."""
    head, gaze = np.zeros((frames, 3)), np.zeros((frames, 2))
    for curve in curves.values():
        if curve.sample is not None:
            head = head + curve.weights[:, None] * curve.sample.head.astype(np.float64)
            gaze = gaze + curve.weights[:, None] * curve.sample.gaze.astype(np.float64)
    return head, gaze


def shown_faces(bank: Bank, curves: Mapping[Slot, SlotCurve], speech: F32) -> F32:
    """The faces (n, C) in [0, 1] of slots, made way for speech (n,); conflicts resolved."""
    frames = len(speech)
    shares = {slot: curve.weights.astype(np.float32) for slot, curve in curves.items()}
    seen = np.zeros(frames, dtype=np.intp)
    for share in shares.values():
        seen += share > 0.0
    # A face of the bank that is shown whole, by itself, is without conflicts: it stays as it is.
    changed = (seen > 1) | (speech > 0.0)
    mixed = np.zeros(frames, dtype=np.bool_)
    for share in shares.values():
        mixed |= (share > 0.0) & (changed | (share != 1.0))
    layers = [
        (share, _layer(bank, slot, curves[slot], share, speech)) for slot, share in shares.items()
    ]
    if frames and mixed.all():
        return bank.mixed(layers, frames)
    shown = np.zeros((frames, len(bank.channels)), dtype=np.float32)
    for share, layer in layers:
        own = share > 0.0
        shown[own] = layer[own]
    rows = mixed.nonzero()[0]
    if len(rows):
        some = [(share[rows], layer[rows]) for share, layer in layers]
        shown[rows] = bank.mixed(some, len(rows))
    return shown


def _layer(bank: Bank, slot: Slot, curve: SlotCurve, share: F32, speech: F32) -> F32:
    """The faces (n, C) of a slot alone; zeros where it has no share (n,)."""
    if share.all():
        return _faces(bank, slot, curve, slice(None), speech)
    rows = share.nonzero()[0]
    layer = np.zeros((len(share), len(bank.channels)), dtype=np.float32)
    layer[rows] = _faces(bank, slot, curve, rows, speech)
    return layer


def _faces(
    bank: Bank, slot: Slot, curve: SlotCurve, rows: npt.NDArray[np.intp] | slice, speech: F32
) -> F32:
    """The faces (m, C) of a slot alone in the rows (m,) in which it is seen."""
    # A point between two in [-1, 1] never leaves it by more than the last bit.
    points = np.minimum(1.0, np.maximum(-1.0, curve.points[rows])).astype(np.float32)
    label = np.full(len(points), slot.label, dtype=np.int32)
    plain = slot.style == PLAIN
    style = None if plain else np.full(len(points), slot.style, dtype=np.int32)
    spoken = speech[rows] if curve.sample is None and speech.any() else None
    faces = np.empty((len(points), len(bank.channels)), dtype=np.float32)
    bank.evaluator.faces(label, points, style, spoken, faces, 1)
    if curve.sample is None:
        return faces
    gain, offset = curve.sample.gain[rows], curve.sample.offset[rows]
    shaped = bank.timed(faces, gain, offset)
    fade = bank.tables.labels[slot.label].attenuation
    shares: F32 = np.float32(1.0) - speech[rows, None] * fade
    faded: F32 = shaped * shares
    return faded
