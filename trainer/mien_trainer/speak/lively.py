"""Life for the faces of a network that was trained on a bank: blinks, glances, brows and head.

The network's faces are the bank's own already, mouth and all. Nothing is known ahead here, so that
a pipe is answered as quickly as without life; brows and head come with a syllable, not before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.bank import Bank
from mien.performance.face_layers import blinked, eye_degrees, raised, turned_degrees, wide_eyes
from mien.performance.life import Life, LifeSettings
from mien.performance.performer import FaceBlock
from mien_trainer.frames import F32
from mien_trainer.mel import MelStream
from mien_trainer.speak.mouth import mouth_of
from mien_trainer.speak.speaker import Speaker
from mien_trainer.speak.voice import Voice


def lively_faces(
    speaker: Speaker, bank: Bank, arousal: float, seed: int, blocks: Iterable[F32]
) -> Iterator[FaceBlock]:
    """The faces of ``speaker``, which speaks for ``bank``, with life, for each block of sound."""
    mel, voice, life = MelStream(), Voice(), Life(seed, LifeSettings())
    mouth, index = mouth_of(bank.channels, bank), bank.tables.channel_index
    for bands in _bands(mel, blocks):
        first = speaker.frames
        faces = speaker.faces_of(bands)
        speech, emphases = voice.heard(faces * mouth, bands)
        moves = life.block(
            first,
            arousal=np.full(len(faces), arousal),
            wide=wide_eyes(faces, index),
            speech=speech.astype(np.float64),
            emphases=emphases.astype(np.float64),
            end=None,
        )
        shown = faces.copy()
        blinked(shown, moves.lids.astype(np.float32), index)
        raised(shown, moves.brows.astype(np.float32), index)
        turned_degrees(shown, moves.eyes, index)
        head = moves.head.astype(np.float32)
        yield FaceBlock(weights=shown, head=head, eyes=eye_degrees(shown, index))


def _bands(mel: MelStream, blocks: Iterable[F32]) -> Iterator[F32]:
    for block in blocks:
        yield mel.push(block)
    yield mel.finish()
