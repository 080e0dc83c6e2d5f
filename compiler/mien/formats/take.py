"""Captured weights at their own moments, and on our clock.

Dimension letters: R rows of the recording, N frames of ours, C channels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien_trainer.frames import F32, frame_times

F64 = npt.NDArray[np.float64]


@frozen(kw_only=True)
class Gap:
    """A part of the recording without rows: where it begins, and its length, in seconds."""

    start: float
    seconds: float


@frozen(kw_only=True, eq=False)
class Capture:
    """What a tracker recorded.

    ``times`` (R,) in seconds from the first row, rising; ``weights`` (R, C) in [0, 1], in the rig's
    order; ``rate`` in frames a second. ``clamped`` is how many weights lay outside [0, 1],
    ``repeated`` how many rows came twice, ``lost`` how many held no face, ``absent`` the channels
    that were not recorded and are at rest.
    """

    times: F64
    weights: F32
    rate: float
    gaps: tuple[Gap, ...] = field(default=())
    clamped: int = field(default=0)
    repeated: int = field(default=0)
    lost: int = field(default=0)
    absent: tuple[str, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """How long it is: to the end of the last row's frame."""
        return float(self.times[-1]) + 1.0 / self.rate

    def at_frames(self, frames: int, *, start: float = 0.0) -> F32:
        """The weights (N, C) of ``frames`` frames at 60 a second, the first at ``start`` seconds.

        Between rows they run straight, across gaps too; before the first and after the last row
        they stay.
        """
        if len(self.times) == 1:
            return np.repeat(self.weights, frames, axis=0)
        moments = frame_times(frames) + start
        after = np.clip(np.searchsorted(self.times, moments, side="right"), 1, len(self.times) - 1)
        left, right = self.times[after - 1], self.times[after]
        share = np.clip((moments - left) / (right - left), 0.0, 1.0)[:, np.newaxis]
        low = self.weights[after - 1].astype(np.float64)
        high = self.weights[after].astype(np.float64)
        return np.clip(low + (high - low) * share, 0.0, 1.0).astype(np.float32)


def captured(
    times: F64, weights: F64, rate: float, *, lost: int = 0, absent: tuple[str, ...] = ()
) -> Capture:
    """A capture of weights (R, C) as they were recorded, at moments that do not fall.

    Rows of one moment count once, the first; weights are brought into [0, 1].
    """
    kept = np.concatenate(([True], np.diff(times) > 0.0))
    own, rows = times[kept], weights[kept]
    step = 1.0 / rate
    late = np.flatnonzero(np.diff(own) > 1.5 * step)
    outside = np.count_nonzero((rows < 0.0) | (rows > 1.0))
    return Capture(
        times=own - own[0],
        weights=np.clip(rows, 0.0, 1.0).astype(np.float32),
        rate=rate,
        gaps=tuple(
            Gap(
                start=float(own[position] - own[0] + step),
                seconds=float(own[position + 1] - own[position] - step),
            )
            for position in late.tolist()
        ),
        clamped=int(outside),
        repeated=int(np.count_nonzero(~kept)),
        lost=lost,
        absent=absent,
    )
