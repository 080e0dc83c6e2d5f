"""One emotion label as its author wrote it: anchors, archetypes, styles, speech."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mien.authored.timeline import Dynamics, Sequence

Vad = tuple[float, float, float]
"""Valence, arousal, dominance, each in [-1, 1]."""

Weights = Mapping[str, float]
"""Full channel name to weight; absent channels are at rest."""


@frozen(kw_only=True)
class Anchor:
    """A named VAD point and where it comes from."""

    vad: Vad
    basis: str


@frozen(kw_only=True)
class Style:
    """A way of wearing the emotion: gain (absent = 1) and offset (absent = 0) per channel."""

    description: str
    anchor: Anchor
    gain: Weights
    offset: Weights


@frozen(kw_only=True)
class ActionUnitUse:
    """An action unit of a label; ``side`` is "L", "R" or "" for both."""

    code: int
    side: str

    def __str__(self) -> str:
        return f"{self.side}{self.code}"


@frozen(kw_only=True)
class ActionUnits:
    """The action units a label shows: core ones always, optional ones sometimes."""

    core: tuple[ActionUnitUse, ...]
    optional: tuple[ActionUnitUse, ...]


@frozen(kw_only=True)
class Speech:
    """How far SHARED channels give way to the lips: 0 keeps them, 1 gives them up.

    ``channels`` overrides ``attenuation`` for single SHARED channels.
    """

    attenuation: float
    channels: Weights


@frozen(kw_only=True)
class Exemption:
    """A lint rule that does not hold here, on purpose."""

    rule: str
    subject: str
    reason: str


@frozen(kw_only=True)
class Emotion:
    """Everything a bank says about one label. Channel names are full: shorthands are expanded."""

    label: str
    title: str
    description: str
    sources: tuple[str, ...]
    action_units: ActionUnits
    anchors: Mapping[str, Anchor]
    archetypes: Mapping[str, Weights]
    styles: Mapping[str, Style]
    speech: Speech
    exceptions: tuple[Exemption, ...] = field(default=())
    head: str = field(default="")
    gaze: str = field(default="")
    asymmetry: str = field(default="")
    timing: str = field(default="")
    dynamics: Dynamics | None = field(default=None)
    sequences: Mapping[str, Sequence] = field(factory=dict[str, Sequence])
