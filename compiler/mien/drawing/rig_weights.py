"""The weights of any rig on a drawn face: channels matched by alias or by known spelling.

What the face has no channel for is listed, never left out in silence: a face that shows a part of
what it should is another face.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from mien.drawing.face import FlatFace
from mien.text.spellings import spelled_channels

Aliases = Mapping[str, tuple[str, ...]]
"""Channel of a rig to its names elsewhere, such as those of the drawn face."""

AT_REST = 0.0005
"""A weight below this moves nothing that could be seen."""


@frozen(kw_only=True)
class DrawnWeights:
    """``weights`` are of the face's own channels; ``undrawn`` are the rig's that it cannot show.

    ``undrawn`` lists only channels that are not at rest, in the order given. ``blank`` says that
    nothing is left to show of a face that is not at rest.
    """

    weights: Mapping[str, float]
    undrawn: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether the drawing would show a face at rest in the place of another face."""
        return bool(self.undrawn) and all(one < AT_REST for one in self.weights.values())


def drawn_weights(
    face: FlatFace, weights: Mapping[str, float], aliases: Aliases | None = None
) -> DrawnWeights:
    """``weights``, channel name to weight in [0, 1], as weights of the channels of ``face``.

    Of several channels that move one of the face's, the weights add up to at most 1.
    """
    drawn: dict[str, float] = {}
    undrawn: list[str] = []
    for name, weight in weights.items():
        channels = drawn_channels(face, name, aliases)
        for channel in channels:
            drawn[channel] = min(1.0, drawn[channel] + weight) if channel in drawn else weight
        if not channels and weight >= AT_REST:
            undrawn.append(name)
    return DrawnWeights(weights=drawn, undrawn=tuple(undrawn))


def drawn_channels(face: FlatFace, name: str, aliases: Aliases | None = None) -> tuple[str, ...]:
    """The channels of ``face`` that a rig's channel moves: its aliases first, else its own name."""
    spelled = spelled_channels(face.channels)
    known = (spelled[one] for one in (aliases or {}).get(name, ()) if one in spelled)
    return tuple(dict.fromkeys(known)) or ((spelled[name],) if name in spelled else ())


def undrawn_sentence(channels: Iterable[str]) -> str:
    """What to tell a person of channels that are not drawn."""
    names = tuple(channels)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"Not drawn, for the drawn face has no such channels: {', '.join(names[:_NAMED])}{more}. "
        "The rig's key aliases can name the drawn face's channels that they move."
    )


_NAMED = 12
"""How many channels a sentence names."""
