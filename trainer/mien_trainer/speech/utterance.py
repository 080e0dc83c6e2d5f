"""One piece of speech: its sound, the times of its phonemes, and where it comes from."""

from __future__ import annotations

from attrs import field, frozen

from mien_trainer.frames import F32, SAMPLE_RATE

SILENCE = "_"
"""The symbol of a pause."""


@frozen(kw_only=True)
class Phoneme:
    """A phoneme (IPA, or ``SILENCE``) and its interval in seconds from the start of the audio."""

    symbol: str
    start: float
    end: float


@frozen(kw_only=True, eq=False)
class Utterance:
    """Speech, ready to be given a face.

    ``audio`` is mono float32 in [-1, 1] at 16 kHz; ``phonemes`` follow one another in time, with
    pauses as ``SILENCE``. ``curves`` (N, 52) holds the captured weights at 60 fps of a recorded
    take, in the rig's order; None where lips and expression have to be made.
    """

    audio: F32
    phonemes: tuple[Phoneme, ...]
    voice: str
    text: str
    provenance: str
    licence: str
    curves: F32 | None = field(default=None)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.audio) / SAMPLE_RATE
