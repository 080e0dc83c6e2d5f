"""A score as it was written, in records; every part knows where it stands in the file."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from mien.performance.life import LifeSettings
from mien.performance.poses import State
from mien.text.node import Node
from mien.text.node import Path as NodePath


@frozen(kw_only=True)
class Moment:
    """A time in seconds, or a word, and by how many seconds later than it."""

    time: float | None = field(default=None)
    word: str | None = field(default=None)
    shift: float = field(default=0.0)


@frozen(kw_only=True)
class Cue:
    """From its moment on the face goes to a state, in ``transition`` seconds.

    ``sequence`` is played meanwhile: one of the label's, or `mien.performance.poses.DYNAMICS`.
    """

    moment: Moment
    state: State
    sequence: str | None = field(default=None)
    transition: float = field(default=0.4)


@frozen(kw_only=True)
class LookCue:
    """From its moment on the face looks at yaw and pitch in degrees; the head takes its share."""

    path: NodePath
    moment: Moment
    look: tuple[float, float]
    head: float


@frozen(kw_only=True)
class LipSettings:
    """Where the lips come from; ``kind`` is a key of `mien.performance.sources.SOURCES` or none.

    ``recogniser`` is what a command was told: no score names one, so that its lips are the same
    wherever it is performed.
    """

    kind: str
    file: Path | None = field(default=None)
    text: str | None = field(default=None)
    network: Path | None = field(default=None)
    recogniser: str | None = field(default=None)


@frozen(kw_only=True)
class Score:
    """A performance as text; paths are resolved, defaults in place.

    ``root`` are the nodes of the file ``path``, for the places of faults. ``seconds`` is None where
    the sound decides; ``lips`` is None where nothing is said. It ``rests`` at the end, or holds.
    """

    path: Path
    root: Node = field(repr=False, eq=False)
    bank: str = field(default="default")
    audio: Path | None = field(default=None)
    seconds: float | None = field(default=None)
    seed: int = field(default=0)
    lips: LipSettings | None = field(default=None)
    start: State | None = field(default=None)
    cues: tuple[Cue, ...] = field(default=())
    gaze: tuple[LookCue, ...] = field(default=())
    life: LifeSettings = field(default=LifeSettings())
    rests: bool = field(default=True)
