"""What moves in a living face beside its expression: lids, gaze and brows; most of the time, none.

At more than half of all moments nothing of it is on, so that a network that is trained on absolute
differences learns the preset, the median, and not the mean of all that could happen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@frozen(kw_only=True, eq=False)
class Life:
    """Small movements over N frames.

    lids (N,) how far a blink closes them, 0 to 1; gaze (N, 2) turned to the character's left and
    up, in weights; brows (N,) raised, in weights.
    """

    lids: F32
    gaze: F32
    brows: F32

    @property
    def on(self) -> npt.NDArray[np.bool_]:
        """The frames (N,) at which anything moves."""
        moves: npt.NDArray[np.bool_] = (self.lids > 0) | self.gaze.any(axis=1) | (self.brows > 0)
        return moves


class Liven:
    """Faces of one bank, given life. Where nothing is on, they stay as they are, bit for bit."""

    def __init__(self, bank: Bank) -> None:
        """Raises TrainerError if the bank's rig lacks a channel that life moves."""
        self._index = bank.tables.channel_index
        missing = sorted(_CHANNELS - self._index.keys())
        if missing:
            raise TrainerError(
                f"the bank {bank.id} has no channel {', '.join(missing)}: training needs ARKit's 52"
            )

    def wide(self, faces: F32) -> F32:
        """How wide the eyes of faces (N, 52) are, (N,): a stare has fewer blinks."""
        left, right = (faces[:, self._index[f"eyeWide{side}"]] for side in ("Left", "Right"))
        return np.maximum(left, right)

    def __call__(self, faces: F32, life: Life) -> F32:
        """Faces (N, 52) with life, in [0, 1].

        A blink closes the lids all the way, also under wide eyes: they give way as the lids come
        down. Gaze adds to the face's own, on both eyes alike.
        """
        alive = faces.copy()
        for side in ("Left", "Right"):
            blink, wide = self._index[f"eyeBlink{side}"], self._index[f"eyeWide{side}"]
            alive[:, blink] = np.maximum(alive[:, blink], life.lids)
            alive[:, wide] *= _ONE - life.lids
        for ways, turn in zip(_GAZE, life.gaze.T, strict=True):
            for toward, away in ways:
                self._turn(alive, toward, away, turn)
        for name in _BROWS:
            brow = self._index[name]
            alive[:, brow] = np.minimum(_ONE, alive[:, brow] + life.brows)
        return alive

    def _turn(self, faces: F32, toward: str, away: str, turn: F32) -> None:
        """Add ``turn`` to a pair of opposite channels, of which one is 0 afterwards."""
        one, other = self._index[toward], self._index[away]
        way = np.clip(faces[:, one] - faces[:, other] + turn, -_ONE, _ONE)
        # Never the negative zero of -way.
        faces[:, one] = np.maximum(_ZERO, way)
        faces[:, other] = faces[:, one] - way


_GAZE = (
    (("eyeLookOutLeft", "eyeLookInLeft"), ("eyeLookInRight", "eyeLookOutRight")),
    (("eyeLookUpLeft", "eyeLookDownLeft"), ("eyeLookUpRight", "eyeLookDownRight")),
)
"""Channels that turn an eye to the character's left, and up, each with its opposite."""

_BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
_LIDS = ("eyeBlinkLeft", "eyeBlinkRight", "eyeWideLeft", "eyeWideRight")
_CHANNELS = frozenset([*_BROWS, *_LIDS, *(c for ways in _GAZE for pair in ways for c in pair)])
