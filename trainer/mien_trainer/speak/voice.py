"""What is heard of a voice beside its lips: whether somebody speaks, and stressed syllables.

It hears no further ahead than the network, so that it serves a pipe.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from mien_trainer.frames import F32

MOVING = 0.06
"""A mouth that shows less than this in every channel says nothing."""

ATTACK, HOLD, RELEASE = 5, 15, 9
"""Frames in which a face makes way for speech, for which it waits in a pause, and in which it comes
back."""

_RISE = 1.2
"""By how many nats the sound is louder than within the tenth of a second before, in a stressed
syllable, and"""

_ABOVE = 0.8
"""by how many than in the last second."""

_BEFORE = 6
_SLOW = 1.0 / 60.0


class Voice:
    """A voice that comes in pieces; memory stays flat. Dimension letters: n frames, M bands."""

    def __init__(self) -> None:
        self._speech, self._quiet = 0.0, HOLD + RELEASE
        self._slow: float | None = None
        self._levels: deque[float] = deque(maxlen=_BEFORE)

    def heard(self, mouth: F32, mel: F32) -> tuple[F32, F32]:
        """How much is spoken (n,), and how strong the syllable is that begins (n,), else 0.

        ``mouth`` (n, C) are the weights of the lips alone, ``mel`` (n, M) their log-mel frames.
        """
        speech = self._gate(np.maximum.reduce(mouth, axis=1, initial=0.0) >= MOVING)
        levels = np.add.reduce(mel, axis=1, dtype=np.float64) / mel.shape[1]
        return speech, self._emphases(levels) * speech

    def _gate(self, moving: npt.NDArray[np.bool_]) -> F32:
        """Up while the mouth moves, and down a while after."""
        found: list[float] = []
        for moves in moving.tolist():
            self._quiet = 0 if moves else self._quiet + 1
            step = 1.0 / ATTACK if self._quiet <= HOLD else -1.0 / RELEASE
            self._speech = min(1.0, max(0.0, self._speech + step))
            found.append(self._speech)
        return np.array(found, dtype=np.float32)

    def _emphases(self, levels: npt.NDArray[np.float64]) -> F32:
        """Where the sound rises fast and stands out, and how far, 1 at most."""
        found: list[float] = []
        for level in levels.tolist():
            slow = level if self._slow is None else self._slow
            rise = level - min(self._levels, default=level)
            stands = rise > _RISE and level - slow > _ABOVE
            found.append(min(1.0, 0.4 + 0.2 * (level - slow)) if stands else 0.0)
            self._slow = slow + _SLOW * (level - slow)
            self._levels.append(level)
        return np.array(found, dtype=np.float32)
