"""A performance, frame by frame: the bank's faces, life, gaze and lips put together.

    expression   cues by weights and points, made way for speech   (`expression`)
    life, gaze   brows, lids, eyes, head                            (`life`, `gaze`, `face_layers`)
    lips         what parts the lips gives way ahead of a seal, then `Bank.compose`

A frame is complete once the lips are known `AHEAD` frames further, so that brows and lips can begin
ahead of a sound. However the lips come in blocks, the same frames have the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from attrs import evolve, field, frozen

from mien.bank import Bank
from mien.engine.tables import F32
from mien.performance.blink_habits import BlinkHabits
from mien.performance.clock import FRAME, frame_ticks, ticks
from mien.performance.expression import (
    REST,
    Curves,
    Move,
    Pose,
    Slot,
    SlotCurve,
    arousal_of,
    shown_faces,
    turns_of_clips,
)
from mien.performance.face_layers import (
    SEAL_REACH,
    enlivened,
    eye_degrees,
    parted,
    turned_degrees,
    wide_eyes,
)
from mien.performance.gaze import Gaze, Look
from mien.performance.life import LOOK_AHEAD, Life, LifeSettings
from mien.performance.lips import LipTrack, on_bank
from mien.performance.prosody import AROUSAL, STRESS, Lines, gated

AHEAD = max(SEAL_REACH - 1, LOOK_AHEAD)
"""Frames of lips that are known ahead of a face."""

BLOCK = 1024
"""Frames that are evaluated at a time, so that memory does not grow with the performance."""

RELEASE = ticks(0.5)
"""Ticks in which a face that is let go comes to rest."""


@frozen(kw_only=True)
class Plan:
    """What is performed, apart from the lips.

    ``first`` is shown at the start; ``moves`` and ``looks`` are in order. ``frames`` is how long
    the whole is, None while nobody knows. Where it ``rests``, it is at rest in its last frame.
    ``life`` is None where nothing lives. ``seed`` is what its movements follow from.
    """

    first: Pose = field(default=REST)
    moves: tuple[Move, ...] = field(default=())
    looks: tuple[Look, ...] = field(default=())
    life: LifeSettings | None = field(default=LifeSettings())
    seed: int = field(default=0)
    frames: int | None = field(default=None)
    rests: bool = field(default=True)


@frozen(kw_only=True, eq=False)
class FaceBlock:
    """Consecutive frames: weights (n, C), head (n, 3) and eyes (n, 6) in degrees, as a `Take`'s."""

    weights: F32
    head: F32
    eyes: F32


Shown = Callable[[Bank, Mapping[Slot, SlotCurve], F32], F32]
"""As `mien.performance.expression.shown_faces`, each frame by itself."""


class Performer:
    """Performs a plan with one bank, as the lips come; ``shown`` gives the faces of its slots."""

    def __init__(
        self, bank: Bank, plan: Plan, shown: Shown = shown_faces, *, ahead: int = AHEAD
    ) -> None:
        """``ahead`` frames of lips are known ahead of a face, `AHEAD` at most.

        With fewer, brows come later, and what parts the lips gives way as their contacts come.
        """
        self._bank = bank
        self._shown = shown
        self._ahead = ahead
        self._index = bank.tables.channel_index
        self.frames = 0
        """How many frames are complete."""
        self._curves, self._habits = Curves(plan.first), BlinkHabits(bank)
        for move in plan.moves:
            self._curves.add(move)
            self._habits.add(move)
        self._gaze = Gaze()
        for look in plan.looks:
            self._gaze.add(look)
        clips = any(move.clip is not None for move in plan.moves)
        self._turns = clips or bool(plan.looks) or plan.life is not None
        self._life = None if plan.life is None else Life(plan.seed, plan.life)
        self._settings = plan.life
        follows = plan.life is not None and plan.life.follows
        self._lines = Lines(bank.tables) if follows else None
        self._end = plan.frames
        self._rests = plan.rests
        if plan.frames is not None:
            self._close(plan.frames)
        self._lips = np.zeros((0, len(bank.channels)), dtype=np.float32)
        self._voice = np.zeros((3, 0), dtype=np.float32)
        self._prosody = np.zeros((0, 2))
        self._from = 0

    def cue(self, move: Move) -> None:
        """Take a cue while it runs; one for a moment that is over begins now."""
        start = max(move.start, self.frames * FRAME)
        self._turns = self._turns or move.clip is not None
        move = evolve(move, start=start)
        self._curves.add(move)
        self._habits.add(move)
        if self._end is not None:
            self._close(self._end)

    def look(self, look: Look) -> None:
        """Turn to look while it runs; a look for a moment that is over begins now."""
        self._turns = True
        self._gaze.add(evolve(look, start=max(look.start, self.frames * FRAME)))

    def push(self, lips: LipTrack) -> FaceBlock:
        """The frames that these lips complete, the first ones ``ahead`` frames late."""
        self._take(lips)
        return self._complete(self._from + len(self._lips) - self._ahead)

    def finish(self) -> FaceBlock:
        """The last frames, once no more lips come.

        Where nobody knew how long the whole is, it comes to rest after the lips, in `RELEASE`.
        """
        if self._end is None:
            self._end = self._known + (RELEASE // FRAME if self._rests else 0)
            self._close(self._end)
        missing = max(0, self._end - self._known) + AHEAD
        lips = np.zeros((missing, self._lips.shape[1]), dtype=np.float32)
        self._lips = np.concatenate((self._lips, lips))
        self._voice = np.pad(self._voice, ((0, 0), (0, missing)))
        self._prosody = np.pad(self._prosody, ((0, missing), (0, 0)))
        return self._complete(self._end)

    def perform(self, lips: Iterable[LipTrack]) -> Iterator[FaceBlock]:
        """The frames of each block of lips, then the last ones."""
        for track in lips:
            for begin in range(0, track.frames, BLOCK):
                block = self.push(part_of(track, begin, begin + BLOCK))
                if len(block.weights):
                    yield block
        yield self.finish()

    @property
    def _known(self) -> int:
        """How many frames of lips have come."""
        return self._from + len(self._lips)

    def _close(self, end: int) -> None:
        """Come to rest in the last of ``end`` frames; what was to begin meanwhile does not."""
        if self._rests and end > 0:
            last = (end - 1) * FRAME
            start = max(min(last, self.frames * FRAME), last - RELEASE)
            self._curves.cut(start)
            self._habits.cut(start)
            self._curves.add(Move(start=start, length=last - start, pose=REST))
            self._gaze.close(start, last - start)

    def _take(self, lips: LipTrack) -> None:
        if self._end is not None:
            lips = part_of(lips, 0, max(0, self._end - self._known))
        done = max(0, self.frames - AHEAD - self._from)
        voice = np.array((lips.speech, lips.contacts, lips.emphases))
        self._lips = np.concatenate((self._lips[done:], on_bank(lips, self._bank.tables)))
        self._voice = np.concatenate((self._voice[:, done:], voice), axis=1)
        self._prosody = np.concatenate((self._prosody[done:], gated(lips)))
        self._from += done

    def _complete(self, until: int) -> FaceBlock:
        blocks: list[FaceBlock] = []
        while self.frames < until:
            blocks.append(self._block(min(BLOCK, until - self.frames)))
        if len(blocks) == 1:
            return blocks[0]
        blocks.insert(0, _none(len(self._bank.channels)))
        return FaceBlock(
            weights=np.concatenate([one.weights for one in blocks]),
            head=np.concatenate([one.head for one in blocks]),
            eyes=np.concatenate([one.eyes for one in blocks]),
        )

    def _block(self, frames: int) -> FaceBlock:
        first, at = self.frames, self.frames - self._from
        heard = min(LOOK_AHEAD, self._ahead)
        speech, _, _ = self._voice[:, at : at + frames]
        curves = self._curves.block(first, frames)
        arousal, stress = arousal_of(curves, frames), self._prosody[at : at + frames, STRESS]
        faces = self._shown(self._bank, self._followed(curves, at, frames), speech)
        gaze, turn = self._gaze.block(frame_ticks(first, frames))
        head, glance = turns_of_clips(curves, frames)
        head[:, :2] += turn
        eyes = glance + (gaze - turn)
        if self._life is not None:
            held, gaps = self._habits.block(curves, first, frames)
            life = self._life.block(
                first,
                arousal=arousal,
                wide=np.maximum(wide_eyes(faces, self._index), held),
                gaps=gaps,
                speech=speech.astype(np.float64),
                emphases=self._voice[2, at + heard : at + heard + frames].astype(np.float64),
                end=self._end if self._rests else None,
                stress=stress,
            )
            eyes, head = eyes + life.eyes, head + life.head
            enlivened(faces, life.lids, life.brows, eyes, self._index)
        elif self._turns:
            turned_degrees(faces, eyes, self._index)
        shown = self._spoken(faces, at)
        self.frames += frames
        return FaceBlock(
            weights=shown, head=head.astype(np.float32), eyes=eye_degrees(shown, self._index)
        )

    def _followed(
        self, curves: Mapping[Slot, SlotCurve], at: int, frames: int
    ) -> Mapping[Slot, SlotCurve]:
        """The slots of a block, their points moved by the voice where that is asked for."""
        if self._lines is None or self._settings is None:
            return curves
        voice = self._prosody[at : at + frames]
        stress = self._settings.prosody * voice[:, STRESS]
        return self._lines.spoken(curves, stress, self._settings.arousal * voice[:, AROUSAL])

    def _spoken(self, faces: F32, at: int) -> F32:
        """Faces (n, C) under the lips whose first frame is at ``at``."""
        low, end = max(0, at - SEAL_REACH), at + len(faces)
        around = slice(low, end + SEAL_REACH)
        lips, contacts = self._lips[around], self._voice[1, around]
        parted(faces, lips, contacts, at - low, self._ahead, self._bank.tables)
        return self._bank.evaluator.compose(faces, self._lips[at:end])


def part_of(lips: LipTrack, begin: int, end: int) -> LipTrack:
    """The frames from ``begin`` to ``end`` of a track."""
    return LipTrack(
        channels=lips.channels,
        weights=lips.weights[begin:end],
        speech=lips.speech[begin:end],
        contacts=lips.contacts[begin:end],
        emphases=lips.emphases[begin:end],
        prosody=None if lips.prosody is None else lips.prosody[begin:end],
        source=lips.source,
    )


def _none(channels: int) -> FaceBlock:
    rows = [np.zeros((0, width), dtype=np.float32) for width in (channels, 3, 6)]
    return FaceBlock(weights=rows[0], head=rows[1], eyes=rows[2])
