"""What each step is made of, drawn by its number: the same seed and step give the same batch.

So nothing has to be remembered to go on after a stop, and processes that share a step draw it
alike and take a part each. Dimension letters: B stretches, P pairs, G kinds of contact, G' and G''
conditions of one window, R frames of context, N frames, M mel bands, D conditions, C channels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.lips.touching import SPOKEN, touching
from mien_trainer.train.clips import Clips
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.rooms import ROOMS, quiet_rooms
from mien_trainer.train.teacher import Lessons
from mien_trainer.train.vary import varied

I64 = npt.NDArray[np.int64]


@frozen(kw_only=True, eq=False)
class Batch:
    """One step, or one process's part of it.

    Taught stretches: mel (B, R + N, M), conditions (B, R + N, D), targets (B, N, C), touching
    (B, N, G) 1 where contacts are made, counts (B, N), which is 0 before a clip begins.
    Compared moments, the two of each pair P apart: pair_mel (2P, R + 1, M), pair_conditions
    (2P, 3, D), its own, the other's and its own with VAD moved a little, pair_speech (2P,).
    Presets: room_mel and voice_mel (ROOMS, R + 1, M), anchors (ROOMS, G', D) with archetypes
    (ROOMS, G', C), places (ROOMS, G'', D) with faces (ROOMS, G'', C). ``ids`` are those of all
    clips of the step.
    """

    mel: F32
    conditions: F32
    targets: F32
    touching: F32
    counts: F32
    pair_mel: F32
    pair_conditions: F32
    pair_speech: F32
    room_mel: F32
    voice_mel: F32
    anchors: F32
    archetypes: F32
    places: F32
    faces: F32
    ids: tuple[str, ...]


class Drawer:
    """Draws the batches of one training for the process ``rank`` of ``world``."""

    def __init__(
        self,
        config: TrainConfig,
        clips: Clips,
        anchors: Lessons,
        surface: Lessons,
        channels: Sequence[str],
        *,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        """Raises TrainerError if no clip has a label that is asked for, or for an odd ``world``."""
        self._config = config
        self._clips = clips
        self._anchors = anchors
        self._surface = surface
        self._channels = channels
        self._rank, self._world = rank, world
        wanted = config.conditions.labels
        self._lengths = np.diff(clips.starts)
        used = [not wanted or label in wanted for label in clips.labels]
        if not any(used):
            raise TrainerError(f"no clip has one of the labels {', '.join(wanted)}")
        self._used = np.flatnonzero(used)
        self._frames = np.flatnonzero(np.repeat(used, self._lengths))
        spoken = self._frames[np.asarray(clips.speech)[self._frames] >= SPOKEN]
        self._spoken = spoken if len(spoken) else self._frames
        ends = np.cumsum(self._lengths[self._used])
        self._shares = ends / ends[-1]
        self._context = config.model.context
        draw = config.draw
        for name, count in (("batch", draw.batch), ("pairs", draw.pairs), ("rooms", ROOMS)):
            if count % world:
                raise TrainerError(f"{world} processes cannot share {count} {name} evenly")

    def batch(self, step: int) -> Batch:
        """The batch of a step, this process's part of it."""
        rng = np.random.default_rng((self._config.seed, step))
        at, clip = self._stretches(rng)
        first, then = self._moments(rng)
        jitter = self._config.losses.jitter
        moved = rng.uniform(-jitter, jitter, size=(2, len(first), 3))
        rooms = quiet_rooms(ROOMS, self._context + 1, rng)
        voices = rng.choice(self._spoken, size=ROOMS)
        order = np.resize(rng.permutation(len(self._anchors.faces)), (ROOMS, self._each_room()))
        size = (ROOMS, -(-self._config.draw.points // ROOMS))
        places = rng.integers(0, len(self._surface.faces), size=size)
        mel = varied(self._mel(at, clip), self._config.variety, rng)
        seen = np.concatenate((clip, self._clip_of(np.concatenate((first, then, voices)))))
        met: list[int] = seen.tolist()

        mine = slice(self._rank, None, self._world)
        at, clip = at[mine], clip[mine]
        first, then = first[mine], then[mine]
        start = self._clips.starts[clip]
        taught = at[:, self._context :]
        draw = self._config.draw
        counts = np.where(self._clips.real[clip], draw.real, draw.synthetic)
        moments = np.concatenate((first, then))
        own = self._clips.conditions[moments]
        other = np.concatenate((own[len(first) :], own[: len(first)]))
        near = own.copy()
        near[:, -3:] = np.clip(near[:, -3:] + moved[:, mine].reshape(-1, 3), -1.0, 1.0)
        targets, made = self._faces(taught, clip)
        return Batch(
            mel=mel[mine],
            conditions=self._clips.conditions[np.maximum(at, start[:, None])],
            targets=targets,
            touching=made,
            counts=(counts[:, None] * (taught >= start[:, None])).astype(np.float32),
            pair_mel=self._windows(moments),
            pair_conditions=np.stack((own, other, near), axis=1),
            pair_speech=self._clips.speech[moments].astype(np.float32),
            room_mel=rooms[mine],
            voice_mel=self._windows(voices[mine]),
            anchors=self._anchors.conditions[order[mine]],
            archetypes=self._anchors.faces[order[mine]],
            places=self._surface.conditions[places[mine]],
            faces=self._surface.faces[places[mine]],
            ids=tuple(dict.fromkeys(self._clips.ids[one] for one in met)),
        )

    def _faces(self, at: I64, clip: I64) -> tuple[F32, F32]:
        """Targets (B, N, C) of frames (B, N), and the contacts made there (B, N, G).

        Lips meet a frame before they are pressed.
        """
        begin, end = self._clips.starts[clip][:, None], self._clips.starts[clip + 1][:, None]
        seen = np.clip(np.concatenate((at, at[:, -1:] + 1), axis=1), begin, end - 1)
        targets = self._clips.targets[seen].astype(np.float32)
        height = touching(targets, self._clips.speech[seen].astype(np.float32), self._channels)
        return targets[:, :-1], np.maximum(height[:, :-1], height[:, 1:])

    def _each_room(self) -> int:
        return -(-len(self._anchors.faces) // ROOMS)

    def _stretches(self, rng: np.random.Generator) -> tuple[I64, I64]:
        """Frames (B, R + N) of stretches and their clips (B,); clips by how long they are."""
        draw = self._config.draw
        picks = np.searchsorted(self._shares, rng.random(draw.batch), side="right")
        clip = self._used[picks]
        room = self._lengths[clip] - draw.frames
        # A clip that is too short ends the stretch: what is before it counts nothing.
        offset = np.where(room > 0, rng.integers(0, np.maximum(room, 0) + 1), room)
        begin = self._clips.starts[clip] + offset
        return begin[:, None] + np.arange(-self._context, draw.frames), clip

    def _moments(self, rng: np.random.Generator) -> tuple[I64, I64]:
        """Frames of pairs, (P,) each: one while someone speaks, and any other."""
        pairs = self._config.draw.pairs
        return rng.choice(self._spoken, size=pairs), rng.choice(self._frames, size=pairs)

    def _clip_of(self, frames: I64) -> I64:
        return np.searchsorted(self._clips.starts, frames, side="right") - 1

    def _windows(self, ends: I64) -> F32:
        """The mel frames (n, R + 1, M) that the face of each frame (n,) is made from."""
        at = ends[:, None] + np.arange(-self._context, 1)
        return self._mel(at, self._clip_of(ends))

    def _mel(self, at: I64, clip: I64) -> F32:
        return self._clips.heard(at, clip, self._config.draw.delay)
