"""A rig: the channels of a face and what they cannot do together."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property

from attrs import field, frozen


class ChannelClass(Enum):
    """Who owns a channel while the character speaks (see `speech` in the emotion files)."""

    LIPSYNC = "LIPSYNC"
    EXPRESSION = "EXPRESSION"
    SHARED = "SHARED"


class PairKind(Enum):
    """How strongly two channels exclude each other."""

    HARD = "hard"
    NEAR = "near"
    SOFT = "soft"


@frozen(kw_only=True)
class Channel:
    """One blendshape weight in [0, 1]."""

    name: str
    class_: ChannelClass


@frozen(kw_only=True)
class Antagonist:
    """Two channels whose smaller weight must not pass ``cap`` (0 for a hard pair)."""

    pair: tuple[str, str]
    kind: PairKind
    cap: float
    reason: str


@frozen(kw_only=True)
class Ceiling:
    """``channel`` never passes ``under`` by more than ``slack``."""

    channel: str
    under: str
    slack: float
    reason: str


@frozen(kw_only=True)
class Conjugate:
    """Channels of one movement: archetypes give them equal weight."""

    channels: tuple[str, ...]
    reason: str


@frozen(kw_only=True)
class ActionUnit:
    """A FACS action unit and the channel weights that show it at full intensity."""

    name: str
    channels: Mapping[str, float]


@frozen(kw_only=True)
class LipSeal:
    """What closes the lips, and which channels of an expression part them meanwhile."""

    sealing: Mapping[str, float]
    parting: tuple[str, ...]


@frozen(kw_only=True, slots=False)
class Rig:
    """A named channel list with its classes, mirror pairs, antagonists and action units.

    Every channel name inside is full: the reader has expanded shorthands. ``aliases`` are names of
    a channel elsewhere, such as in the drawn face.
    """

    id: str
    title: str
    channels: tuple[Channel, ...]
    shorthands: Mapping[str, tuple[str, ...]]
    mirror: tuple[tuple[str, str], ...]
    antagonists: tuple[Antagonist, ...]
    ceilings: tuple[Ceiling, ...]
    conjugates: tuple[Conjugate, ...]
    action_units: Mapping[int, ActionUnit]
    lip_seal: LipSeal
    description: str = field(default="")
    aliases: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Channel names in rig order."""
        return tuple(channel.name for channel in self.channels)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Channel name to its position."""
        return {name: position for position, name in enumerate(self.names)}

    def expand(self, name: str) -> tuple[str, ...]:
        """The channels that a name stands for: itself, or its shorthand's members.

        Raises:
            KeyError: the rig knows neither a channel nor a shorthand of that name.
        """
        return (name,) if name in self.index else self.shorthands[name]
