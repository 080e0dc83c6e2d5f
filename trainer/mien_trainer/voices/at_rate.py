"""Which closures are kept where lips touch as often as they should, and how far that is chance.

Dimension letters: L levels of the gap up to which lips are taken to touch, rising; K clips.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

Counts = npt.NDArray[np.int64]

_DRAWS = 200


@frozen(kw_only=True, eq=False)
class AtRate:
    """What is counted in each clip.

    ``touches`` (L, K) is how often lips touch at each level, ``wanted`` (K,) how often they should;
    ``kept`` (L, K) how many of ``closures`` (K,) are kept.
    """

    touches: Counts
    wanted: Counts
    kept: Counts
    closures: Counts

    @property
    def share(self) -> float:
        """Of closures that are kept; nan where there are none, or lips should never touch.

        The level rises until lips touch as often as they should. Where they come to touch too
        often at once, as those do that are always pressed alike, as many as they should are taken.
        """
        return self._share(np.ones_like(self.wanted))

    @property
    def chance(self) -> float:
        """The standard error of `share`, of clips drawn anew (Efron 1979); nan of a single one."""
        clips = len(self.wanted)
        if clips < 2:
            return float("nan")
        draws = np.random.default_rng(0).multinomial(clips, np.full(clips, 1.0 / clips), _DRAWS)
        shares = np.array([self._share(one) for one in draws])
        known = shares[np.isfinite(shares)]
        return float(known.std()) if len(known) else float("nan")

    def _share(self, often: Counts) -> float:
        """With each clip so many times (K,)."""
        wanted, closures = int(self.wanted @ often), int(self.closures @ often)
        if not wanted or not closures:
            return float("nan")
        touches, kept = self.touches @ often, (self.kept @ often) / closures
        at = int(np.argmax(touches >= wanted)) if (touches >= wanted).any() else -1
        if at < 0:
            return float(kept[-1])
        count, share = (int(touches[at - 1]), float(kept[at - 1])) if at else (0, 0.0)
        more = max(int(touches[at]) - count, 1)
        return share + (float(kept[at]) - share) * (wanted - count) / more
