"""What a reader says of a unit of text: one record, ready to be a face."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mien.reading.tags import IdleTag

VAD = tuple[float, float, float]

STILL, FULL = 0.2, 0.55
"""At the first confidence and under it nothing is shown of a face, from the second on all of it."""


@frozen
class Span:
    """Where a unit stands: its line, from 1, and its characters in it, ``[start, end)``."""

    line: int
    start: int
    end: int


@frozen
class WordPart:
    """A word, and by how much it moves the logit of the label that is shown."""

    word: str
    moves: float


@frozen(kw_only=True)
class Reading:
    """A unit of text as a label, a point and a strength of a bank.

    ``label`` is the top label, never a mixture; ``labels`` how probable each label is among those
    that raters would name, from the most probable; ``confidence`` how often such a reading is
    right, in [0, 1]; ``strength`` how much of the face is shown for it, in [0, 1]; ``intensity``
    where the text stands between the weakest and the strongest of its label, in [0, 1]; ``at`` the
    anchor that it is snapped to, or None; ``vad`` the point. ``by`` is what it was read from: tag,
    words, emoji or nothing; ``speaker`` who speaks the line, "" where it does not say; ``idle``
    its tag, where that stands among words and none of them follow it.
    """

    text: str
    span: Span
    by: str
    label: str
    labels: Mapping[str, float]
    confidence: float
    strength: float
    intensity: float
    at: str | None
    vad: VAD
    because: tuple[WordPart, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    speaker: str = field(default="")
    idle: IdleTag | None = field(default=None)


def strength_of(confidence: float) -> float:
    """How much of a face is shown at a confidence: a line from `STILL` to `FULL`."""
    share = (confidence - STILL) / (FULL - STILL)
    return min(max(share, 0.0), 1.0)


def snapped(intensity: float, anchors: int) -> int:
    """The position of the nearest of so many anchors, which stand evenly from 0 to 1."""
    return min(int(intensity * float(anchors - 1) + 0.5), anchors - 1)
