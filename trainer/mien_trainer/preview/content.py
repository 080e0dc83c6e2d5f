"""What a preview shows, whatever it is written as: faces, sound, and phonemes by what lips do.

Dimension letters: N frames at 60 fps, C channels, M bands of a log-mel frame.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from enum import Enum
from io import BytesIO

import numpy as np
from attrs import field, frozen

from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.targets.clip import Clip, ShardHeader


@frozen(kw_only=True, eq=False)
class Track:
    """A face over time: ``weights`` (N, C) in [0, 1]."""

    title: str
    weights: F32


@frozen(kw_only=True, eq=False)
class PreviewClip:
    """A clip, ready to be shown.

    ``facts`` are pairs of a word and its value. ``channels`` (C) name the weights of all tracks;
    ``mel`` (N, M), ``vad`` (N, 3) in [-1, 1] and ``speech`` (N,) in [0, 1] belong to the first.
    ``audio`` is mono at 16 kHz, None where there is nothing to hear.
    """

    id: str
    label: str
    text: str
    facts: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    phonemes: tuple[Phoneme, ...]
    tracks: tuple[Track, ...]
    mel: F32
    vad: F32
    speech: F32
    audio: F32 | None = field(default=None)

    @property
    def frames(self) -> int:
        """N, of the longest track."""
        return max(len(track.weights) for track in self.tracks)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / FRAME_RATE

    def weights_at(self, track: int, frame: int) -> dict[str, float]:
        """A track's face at a frame by channel; a shorter track keeps its last."""
        rows = self.tracks[track].weights
        row: list[float] = rows[min(frame, len(rows) - 1)].tolist()
        return dict(zip(self.channels, row, strict=True))


def preview_clip(
    clip: Clip, head: ShardHeader, audio: F32 | None = None, others: Sequence[Track] = ()
) -> PreviewClip:
    """A stored clip as it is shown; ``others`` stand beside its target, such as predictions."""
    spoken = "a person" if clip.real else "made"
    return PreviewClip(
        id=clip.id,
        label=clip.label,
        text=clip.text,
        facts=(
            ("voice", f"{clip.voice} ({spoken})"),
            ("source", clip.source),
            ("split", clip.split.value),
            ("bank", f"{head.bank} {head.version}"),
            ("licence", clip.licence),
        ),
        channels=head.channels,
        phonemes=clip.phonemes,
        tracks=(Track(title="target", weights=clip.targets), *others),
        mel=clip.mel,
        vad=clip.conditions[:, len(head.labels) :],
        speech=clip.speech,
        audio=audio,
    )


class Kind(Enum):
    """By what shows."""

    PAUSE = "pause"
    CLOSED = "closed"
    TEETH = "teeth"
    VOWEL = "vowel"
    OTHER = "other"


_VOWELS = frozenset("aeiouyæɑɐɒɔəɚɛɜɝɪɨʊʉʌøœɯɤɵɞᵻ")  # noqa: RUF001  IPA's own letters
_STRESS = "ˈˌ"


def kind_of(symbol: str) -> Kind:
    """The kind of a phoneme in IPA, or of a pause."""
    letter = symbol.lstrip(_STRESS)[:1]
    if symbol == SILENCE:
        return Kind.PAUSE
    if letter in ("p", "b", "m"):
        return Kind.CLOSED
    if letter in ("f", "v"):
        return Kind.TEETH
    return Kind.VOWEL if letter in _VOWELS else Kind.OTHER


_FULL = 32767


def wav_bytes(audio: F32) -> bytes:
    """Mono audio at 16 kHz as a WAV file of 16-bit samples."""
    sink = BytesIO()
    with wave.open(sink, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(SAMPLE_RATE)
        samples = np.rint(np.clip(audio, -1.0, 1.0) * _FULL).astype("<i2")
        stream.writeframes(samples.tobytes())
    return sink.getvalue()
