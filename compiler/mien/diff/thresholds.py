"""From how far faces moved to how grave that is."""

from __future__ import annotations

from mien.diff.record import Category

MEAN = 0.01
"""A face that moves further than this, in the mean over its channels, is another face.

Labels at equal intensity keep 0.02 apart: two that each came half of that towards the other would
meet.
"""

CHANNEL = 0.25
"""So is one in which a single channel moves further than this.

The slope budget of 5 lets a step of 0.05 in VAD, the noise of a good estimate, move a channel by
0.25: a larger move is seen where noise is not.
"""

ALIKE = 0.005
"""A label or style that was removed and one that was added are one renamed, where their faces
differ by no more than this in the mean: half of what makes another face."""

NEAR = 0.1
"""And where their anchors lie no further apart than this on any axis."""


_DECIMALS = 6
"""So that a move of exactly a threshold is not over it by the last bit of a sum."""


def weigh(*, mean: float, largest: float) -> Category:
    """MAJOR where faces become other faces, else MINOR."""
    return Category.MAJOR if gravity(mean=mean, largest=largest) > 1 else Category.MINOR


def gravity(*, mean: float, largest: float) -> float:
    """The larger of the two, each as a share of its threshold: over 1 is MAJOR."""
    return round(max(mean / MEAN, largest / CHANNEL), _DECIMALS)
