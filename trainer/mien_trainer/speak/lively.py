"""Life for the faces of a network that was trained on a bank: blinks, glances, brows and head.

The network's faces are the bank's own already, mouth and all. Nothing is known ahead here, so that
a pipe is answered as quickly as without life; brows and head come with a syllable, not before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.bank import Bank
from mien.performance.clock import F64
from mien.performance.expression import Pose, SlotCurve
from mien.performance.face_layers import enlivened, eye_degrees, wide_eyes
from mien.performance.life import Life, LifeSettings
from mien.performance.performer import FaceBlock
from mien.performance.prosody import AROUSAL, STRESS, Lines
from mien_trainer.frames import F32
from mien_trainer.mel import MELS
from mien_trainer.speak.hearing import Hearing
from mien_trainer.speak.mouth import mouth_of
from mien_trainer.speak.speaker import Speaker
from mien_trainer.speak.voice import Voice


def lively_faces(
    speaker: Speaker,
    bank: Bank,
    pose: Pose,
    settings: LifeSettings,
    seed: int,
    blocks: Iterable[F32],
) -> Iterator[FaceBlock]:
    """The faces of ``speaker``, which shows ``pose`` of ``bank``, alive, for each block of sound.

    The pose is one label's.
    """
    voice, life, lines = Voice(), Life(seed, settings), Lines(bank.tables)
    mouth, index = mouth_of(bank.channels, bank), bank.tables.channel_index
    for bands, prosody in _heard(blocks):
        first = speaker.frames
        stress = prosody[:, STRESS] * settings.prosody
        followed = _points(pose, lines, stress, prosody[:, AROUSAL] * settings.arousal)
        faces = speaker.faces_of(bands, followed if settings.follows else None)
        speech, emphases = voice.heard(faces * mouth, bands)
        moves = life.block(
            first,
            arousal=np.full(len(faces), pose.point[1]),
            wide=wide_eyes(faces, index),
            speech=speech.astype(np.float64),
            emphases=emphases.astype(np.float64),
            end=None,
            stress=prosody[:, STRESS] * speech,
        )
        shown = faces.copy()
        enlivened(shown, moves.lids, moves.brows, moves.eyes, index)
        head = moves.head.astype(np.float32)
        yield FaceBlock(weights=shown, head=head, eyes=eye_degrees(shown, index))


def _points(pose: Pose, lines: Lines, stress: F64, arousal: F64) -> F64:
    """Where the pose is (n, 3) while the voice moves it."""
    slot = next(iter(pose.weights))
    points = np.tile(np.array(pose.point), (len(stress), 1))
    still = {slot: SlotCurve(weights=np.ones(len(stress)), points=points)}
    return lines.spoken(still, stress, arousal)[slot].points


def _heard(blocks: Iterable[F32]) -> Iterator[tuple[F32, F64]]:
    """Log-mel frames (n, M) and prosody (n, 2) of each block of sound."""
    for heard in Hearing().stream(blocks):
        yield heard[:, :MELS], heard[:, MELS:].astype(np.float64)
