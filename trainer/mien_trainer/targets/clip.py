"""One clip: what it should be, what it became, and what all clips of a shard have in common.

Dimension letters: N frames at 60 fps, M bands of a log-mel frame, L labels, C channels.
"""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from mien.bank import Bank
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.mel import MELS
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Prosody, Split

NO_AUDIO: F32 = np.zeros(0, dtype=np.float32)


@frozen(kw_only=True)
class ClipSpec:
    """All that decides a clip, beside the bank and the source's own data.

    ``item`` is the key of the source's `SpeechItem`, empty for a clip of silence of ``seconds``.
    ``seed`` drives every choice inside the clip: VAD path, styles, blinks, pauses.
    """

    id: str
    source: str
    item: str
    split: Split
    label: str
    seed: int
    prosody: Prosody
    seconds: float = 0.0


@frozen(kw_only=True, eq=False)
class Clip:
    """A training triple and where it comes from, all numbers float32.

    ``mel`` (N, M) natural logarithm of mel energies; ``conditions`` (N, L + 3) labels one-hot, then
    valence, arousal and dominance; ``targets`` (N, C) weights in [0, 1]; ``speech`` (N,) in [0, 1],
    how much is spoken. ``real``: a person spoke. ``audio`` is mono at 16 kHz, for listening: shards
    do not keep it, and it is empty in a clip that was read from one.
    """

    id: str
    split: Split
    source: str
    real: bool
    voice: str
    label: str
    text: str
    licence: str
    provenance: str
    seed: int
    phonemes: tuple[Phoneme, ...]
    mel: F32
    conditions: F32
    targets: F32
    speech: F32
    audio: F32 = field(default=NO_AUDIO)

    @property
    def frames(self) -> int:
        """N."""
        return len(self.targets)


@frozen(kw_only=True)
class ShardHeader:
    """What the clips of a shard were made for.

    ``artifact`` is the sha256 in hex of the compiled bank's artifact; ``channels`` (C) and
    ``labels`` (L) are in the bank's order; ``frame_rate`` in frames a second; ``mels`` is M.
    """

    bank: str
    version: str
    artifact: str
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    frame_rate: int
    mels: int

    @classmethod
    def of(cls, bank: Bank) -> ShardHeader:
        """What clips made now for ``bank`` have in common."""
        return cls(
            bank=bank.id,
            version=bank.version,
            artifact=bank.digest,
            channels=bank.channels,
            labels=bank.labels,
            frame_rate=FRAME_RATE,
            mels=MELS,
        )
