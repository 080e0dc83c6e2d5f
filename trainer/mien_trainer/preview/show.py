"""What a preview shows, whatever it is written as.

Dimension letters: N frames at 60 fps, C channels, M bands of a log-mel frame.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.phonemes import Phoneme
from mien_trainer.targets.clip import Clip, ShardHeader


@frozen(kw_only=True, eq=False)
class Track:
    """A face over time: ``weights`` (N, C) in [0, 1]."""

    title: str
    weights: F32


@frozen(kw_only=True, eq=False)
class Show:
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


def show_of(
    clip: Clip, head: ShardHeader, audio: F32 | None = None, others: Sequence[Track] = ()
) -> Show:
    """A stored clip as it is shown; ``others`` stand beside its target, such as predictions."""
    spoken = "a person" if clip.real else "made"
    return Show(
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
