"""Which frames are taught to touch, and what touching does to a face.

Dimension letters: N frames, C channels, G kinds of contact in the order of `Contact`; ``...`` is
any number of dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32
from mien_trainer.lips.closures import CLOSED, lip_gap, pressed, teeth_gap
from mien_trainer.lips.read import shipped_table
from mien_trainer.lips.table import Contact

SPOKEN = 0.5
"""A frame counts as spoken from this much speech on."""

_FIRMLY = 0.95
"""How far the lips are pressed or rolled in where a contact is at its height; targets are
rounded."""


@frozen(kw_only=True, eq=False)
class ContactShapes:
    """What each kind of contact does.

    ``attenuation`` (G, C) is 1 for a channel that it takes to 0, ``targets`` (G, C) the weight that
    it raises a channel to.
    """

    attenuation: F32
    targets: F32


def contact_shapes(channels: Sequence[str]) -> ContactShapes:
    """What the visemes that ship say of it, for ``channels`` (C,)."""
    table = shipped_table()
    shape = len(Contact), len(channels)
    attenuation, targets = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for kind, contact in enumerate(Contact):
        held = table.contacts[contact].holds
        shapes = [one.weights for one in table.visemes.values() if one.contact is contact]
        for at, channel in enumerate(channels):
            if channel in held:
                attenuation[kind, at] = 1.0
            else:
                targets[kind, at] = max((one.get(channel, 0.0) for one in shapes), default=0.0)
    return ContactShapes(attenuation=attenuation, targets=targets)


def touching(weights: F32, speech: F32, channels: Sequence[str]) -> F32:
    """1 where what speaks is in contact (..., N, G), else 0, by the weights (..., N, C).

    That is the height of a p or an f, where the lips are closed and pressed, or rolled in under the
    teeth; a face at rest closes its lips, too, but for speech (..., N) below a half it is not
    speaking. Nobody touches both ways at once; weights that are no numbers touch nothing.
    """
    with np.errstate(invalid="ignore"):
        return _touching(weights, speech, channels)


def _touching(weights: F32, speech: F32, channels: Sequence[str]) -> F32:
    firm = (pressed(weights, channels) >= _FIRMLY) & (speech >= SPOKEN)
    lips = firm & (lip_gap(weights, channels) <= CLOSED)
    teeth = firm & (teeth_gap(weights, channels) <= CLOSED) & ~lips
    return np.stack((lips, teeth), axis=-1).astype(np.float32)
