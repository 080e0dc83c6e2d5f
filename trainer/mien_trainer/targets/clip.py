"""One clip: what it should be, and what it became."""

from __future__ import annotations

from attrs import frozen

from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Prosody, Split

CONDITIONS = 19
"""16 labels one-hot in the bank's order, then valence, arousal and dominance."""

MELS = 80
"""Bands of a log-mel frame."""


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
    """A training triple and where it comes from. N frames at 60 fps.

    ``mel`` (N, 80) natural logarithm of mel energies; ``conditions`` (N, 19); ``targets`` (N, 52)
    in [0, 1]; ``speech`` (N,) in [0, 1], how much is spoken; ``audio`` mono 16 kHz, for listening
    (it is not kept in shards).
    """

    spec: ClipSpec
    voice: str
    real: bool
    text: str
    licence: str
    provenance: str
    phonemes: tuple[Phoneme, ...]
    audio: F32
    mel: F32
    conditions: F32
    targets: F32
    speech: F32
