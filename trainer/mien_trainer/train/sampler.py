"""What each step is made of, drawn by its number: the same seed and step give the same batch.

So nothing has to be remembered to go on after a stop, and processes that share a step draw it
alike and take a part each. Dimension letters: B stretches, P pairs, G kinds of contact, K anchors
and J places of one room, R frames of context, N frames, M mel bands, D conditions (labels + 3), C
channels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.lips.touching import SPOKEN, touching
from mien_trainer.train.anchor_snap import BankTargets
from mien_trainer.train.augmentation import ROOMS, augmented, background_noise
from mien_trainer.train.clips import Clips
from mien_trainer.train.config import TrainConfig

I64 = npt.NDArray[np.int64]


@frozen(kw_only=True, eq=False)
class Batch:
    """One step, or one process's part of it.

    Stretches of clips: mel (B, R + N, M), conditions (B, R + N, D), targets (B, N, C), contacts
    (B, N, G) 1 where they are made, frame_weights (B, N), which are 0 before a clip begins. Pairs
    of frames, the two of each P apart: pair_mel (2P, R + 1, M), pair_conditions (2P, 3, D), its
    own, the other's and its own with VAD moved a little, pair_speech (2P,). Presets: room_mel and
    voice_mel (ROOMS, R + 1, M), anchors (ROOMS, K, D) with archetypes (ROOMS, K, C), places (ROOMS,
    J, D) with faces (ROOMS, J, C). ``ids`` are those of all clips of the step.
    """

    mel: F32
    conditions: F32
    targets: F32
    contacts: F32
    frame_weights: F32
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


class BatchSampler:
    """Draws the batches of one training for the process ``rank`` of ``world``."""

    def __init__(
        self,
        config: TrainConfig,
        clips: Clips,
        anchors: BankTargets,
        surface: BankTargets,
        channels: Sequence[str],
        *,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        """Raises TrainerError if no clip has one of the labels, or for an odd ``world``."""
        self._config = config
        self._clips = clips
        self._anchors = anchors
        self._surface = surface
        self._channels = channels
        self._rank, self._world = rank, world
        labels = config.conditioning.labels
        self._lengths = np.diff(clips.starts)
        used = [not labels or label in labels for label in clips.labels]
        if not any(used):
            raise TrainerError(f"no clip has one of the labels {', '.join(labels)}")
        self._used = np.flatnonzero(used)
        self._frames = np.flatnonzero(np.repeat(used, self._lengths))
        spoken = self._frames[np.asarray(clips.speech)[self._frames] >= SPOKEN]
        self._spoken = spoken if len(spoken) else self._frames
        ends = np.cumsum(self._lengths[self._used])
        self._shares = ends / ends[-1]
        self._context = config.model.context
        batch = config.batch
        for name, count in (
            ("batch_size", batch.batch_size),
            ("pairs", batch.pairs),
            ("rooms", ROOMS),
        ):
            if count % world:
                raise TrainerError(f"{world} processes cannot share {count} {name} evenly")

    def batch(self, step: int) -> Batch:
        """The batch of a step, this process's part of it."""
        config = self._config
        rng = np.random.default_rng((config.seed, step))
        at, clip = self._stretches(rng)
        first, second = (
            rng.choice(frames, size=config.batch.pairs) for frames in (self._spoken, self._frames)
        )
        jitter = config.losses.vad_jitter
        moved = rng.uniform(-jitter, jitter, size=(2, len(first), 3))
        rooms = background_noise(ROOMS, self._context + 1, rng)
        voices = rng.choice(self._spoken, size=ROOMS)
        anchors = len(self._anchors.faces)
        order = np.resize(rng.permutation(anchors), (ROOMS, -(-anchors // ROOMS)))
        size = (ROOMS, -(-config.batch.surface_points // ROOMS))
        places = rng.integers(0, len(self._surface.faces), size=size)
        mel = augmented(self._mel(at, clip), config.augmentation, rng)
        clips = np.concatenate((clip, self._clip_of(np.concatenate((first, second, voices)))))
        every_clip: list[int] = clips.tolist()

        mine = slice(self._rank, None, self._world)
        at, clip = at[mine], clip[mine]
        first, second = first[mine], second[mine]
        start = self._clips.starts[clip]
        taught = at[:, self._context :]
        weights = np.where(
            self._clips.real[clip], config.batch.real_weight, config.batch.synthetic_weight
        )
        frames = np.concatenate((first, second))
        own = self._clips.conditions[frames]
        other = np.concatenate((own[len(first) :], own[: len(first)]))
        near = own.copy()
        near[:, -3:] = np.clip(near[:, -3:] + moved[:, mine].reshape(-1, 3), -1.0, 1.0)
        targets, contacts = self._targets(taught, clip)
        return Batch(
            mel=mel[mine],
            conditions=self._clips.conditions[np.maximum(at, start[:, None])],
            targets=targets,
            contacts=contacts,
            frame_weights=(weights[:, None] * (taught >= start[:, None])).astype(np.float32),
            pair_mel=self._windows(frames),
            pair_conditions=np.stack((own, other, near), axis=1),
            pair_speech=self._clips.speech[frames].astype(np.float32),
            room_mel=rooms[mine],
            voice_mel=self._windows(voices[mine]),
            anchors=self._anchors.conditions[order[mine]],
            archetypes=self._anchors.faces[order[mine]],
            places=self._surface.conditions[places[mine]],
            faces=self._surface.faces[places[mine]],
            ids=tuple(dict.fromkeys(self._clips.ids[one] for one in every_clip)),
        )

    def _stretches(self, rng: np.random.Generator) -> tuple[I64, I64]:
        """Frames (B, R + N) of stretches and their clips (B,); clips by how long they are."""
        batch = self._config.batch
        picks = np.searchsorted(self._shares, rng.random(batch.batch_size), side="right")
        clip = self._used[picks]
        room = self._lengths[clip] - batch.frames
        # A clip that is too short ends the stretch: what is before it has no weight.
        offset = np.where(room > 0, rng.integers(0, np.maximum(room, 0) + 1), room)
        begin = self._clips.starts[clip] + offset
        return begin[:, None] + np.arange(-self._context, batch.frames), clip

    def _targets(self, at: I64, clip: I64) -> tuple[F32, F32]:
        """Targets (B, N, C) of frames (B, N), and the contacts made there (B, N, G).

        Lips meet a frame before they are pressed.
        """
        begin, end = self._clips.starts[clip][:, None], self._clips.starts[clip + 1][:, None]
        frames = np.clip(np.concatenate((at, at[:, -1:] + 1), axis=1), begin, end - 1)
        targets = self._clips.targets[frames].astype(np.float32)
        pressed = touching(targets, self._clips.speech[frames].astype(np.float32), self._channels)
        return targets[:, :-1], np.maximum(pressed[:, :-1], pressed[:, 1:])

    def _clip_of(self, frames: I64) -> I64:
        return np.searchsorted(self._clips.starts, frames, side="right") - 1

    def _windows(self, ends: I64) -> F32:
        """The mel frames (n, R + 1, M) that the face of each frame (n,) is made from."""
        at = ends[:, None] + np.arange(-self._context, 1)
        return self._mel(at, self._clip_of(ends))

    def _mel(self, at: I64, clip: I64) -> F32:
        return self._clips.mel_at(at, clip, self._config.batch.look_ahead)
