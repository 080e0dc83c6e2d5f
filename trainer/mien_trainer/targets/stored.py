"""A clip as shards keep it, and what all clips of a shard have in common."""

from __future__ import annotations

from attrs import frozen

from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip


@frozen(kw_only=True)
class ShardHead:
    """What the clips of a shard were made for.

    ``artifact`` is the sha256 in hex of the compiled bank's artifact; ``channels`` (C) and
    ``labels`` (L) are in the bank's order; ``frame_rate`` in frames a second; ``mels`` (M) is the
    number of bands of a log-mel frame.
    """

    bank: str
    version: str
    artifact: str
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    frame_rate: int
    mels: int


@frozen(kw_only=True, eq=False)
class StoredClip:
    """A training triple of N frames, all float32.

    ``mel`` (N, M) natural logarithm of mel energies; ``conditions`` (N, L + 3) labels, then
    valence, arousal and dominance; ``targets`` (N, C) weights in [0, 1]; ``speech`` (N,) in [0, 1],
    how much is spoken. ``real``: a person spoke.
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

    @property
    def frames(self) -> int:
        """N."""
        return len(self.targets)


def stored(clip: Clip) -> StoredClip:
    """The clip without its sound."""
    spec = clip.spec
    return StoredClip(
        id=spec.id,
        split=spec.split,
        source=spec.source,
        real=clip.real,
        voice=clip.voice,
        label=spec.label,
        text=clip.text,
        licence=clip.licence,
        provenance=clip.provenance,
        seed=spec.seed,
        phonemes=clip.phonemes,
        mel=clip.mel,
        conditions=clip.conditions,
        targets=clip.targets,
        speech=clip.speech,
    )
