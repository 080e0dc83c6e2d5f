"""A take: faces over time, from whatever file or network they come.

Dimension letters: N rows, M moments, F frames, C channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@frozen(kw_only=True)
class Gap:
    """A part of a take without rows: where it begins, and its length, in seconds."""

    start: float
    seconds: float


@frozen(kw_only=True)
class OutOfRange:
    """A channel that left [0, 1] in ``rows`` rows, its weights from ``lowest`` to ``highest``."""

    channel: str
    rows: int
    lowest: float
    highest: float


@frozen(kw_only=True)
class Repairs:
    """What a reader had to mend.

    Weights ``out_of_range`` were brought into [0, 1], ``repeated`` rows came twice, ``lost`` rows
    held no face, ``absent`` channels were not recorded and are at rest; ``unknown`` are the file's
    names of weights that are none of the channels.
    """

    out_of_range: tuple[OutOfRange, ...] = ()
    repeated: int = 0
    lost: int = 0
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def clamped(self) -> int:
        """How many weights lay outside [0, 1]."""
        return sum(one.rows for one in self.out_of_range)


@frozen(kw_only=True, eq=False)
class Take:
    """Faces over time.

    ``rate`` is in frames a second, ``times`` (N,) in seconds from the first row, rising;
    ``weights`` (N, C) lie in [0, 1], one column for each of ``channels``. ``head`` (N, 3) is yaw,
    pitch and roll in degrees, ``eyes`` (N, 6) the same of the left and then of the right eye: a yaw
    above 0 is towards the subject's right, a pitch above 0 is down; None where nothing was
    recorded. ``source`` says where the take comes from, ``name`` what it is called, ``dialect``
    which program writes so, where its files show it.
    """

    rate: float
    channels: tuple[str, ...]
    times: F64
    weights: F32
    head: F32 | None = field(default=None)
    eyes: F32 | None = field(default=None)
    source: str = field(default="")
    name: str = field(default="")
    dialect: str = field(default="")
    repairs: Repairs = field(default=Repairs())

    @property
    def seconds(self) -> float:
        """How long it is: to the end of the last row's frame."""
        return float(self.times[-1]) + 1.0 / self.rate if len(self.times) else 0.0

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Where rows are missing, in order."""
        step = 1.0 / self.rate
        late = np.flatnonzero(np.diff(self.times) > 1.5 * step).tolist()
        return tuple(
            Gap(
                start=float(self.times[row] + step),
                seconds=float(self.times[row + 1] - self.times[row] - step),
            )
            for row in late
        )

    def weights_at(self, moments: F64) -> F32:
        """The weights (M, C) at ``moments`` (M,) in seconds from the first row.

        Between rows they run straight, across gaps too; before the first and after the last row
        they stay. The take holds a row at least.
        """
        if len(self.times) == 1:
            return np.repeat(self.weights, len(moments), axis=0)
        after = np.clip(np.searchsorted(self.times, moments, side="right"), 1, len(self.times) - 1)
        left, right = self.times[after - 1], self.times[after]
        share = np.clip((moments - left) / (right - left), 0.0, 1.0)[:, np.newaxis]
        low = self.weights[after - 1].astype(np.float64)
        high = self.weights[after].astype(np.float64)
        return np.clip(low + (high - low) * share, 0.0, 1.0).astype(np.float32)


def steady_take(rate: float, channels: tuple[str, ...], weights: F32, source: str = "") -> Take:
    """The take of weights (N, C) in [0, 1], one row a frame."""
    times = np.arange(len(weights), dtype=np.float64) / rate
    return Take(rate=rate, channels=channels, times=times, weights=weights, source=source)


def as_take(rate: float, channels: tuple[str, ...], block: F32 | Take) -> Take:
    """A block of a take, which may come as weights (n, C) alone."""
    return block if isinstance(block, Take) else steady_take(rate, channels, block)


def gathered_take(
    rate: float, channels: tuple[str, ...], blocks: Iterable[F32 | Take], source: str = ""
) -> Take:
    """The take of weights (n, C) or takes that come in blocks, one row a frame.

    Either every block has rotations, or none.
    """
    parts = [as_take(rate, channels, block) for block in blocks]
    none = np.zeros((0, len(channels)), dtype=np.float32)
    take = steady_take(rate, channels, np.concatenate([none, *(p.weights for p in parts)]), source)
    heads = [part.head for part in parts if part.head is not None]
    eyes = [part.eyes for part in parts if part.eyes is not None]
    return evolve(
        take,
        head=np.concatenate(heads) if any(one.any() for one in heads) else None,
        eyes=np.concatenate(eyes) if any(one.any() for one in eyes) else None,
    )


def even_weights(take: Take) -> F32:
    """The weights (F, C) of a take at every frame, from its first row to its last."""
    frames = round(float(take.times[-1]) * take.rate) + 1 if len(take.times) else 0
    grid = np.arange(frames, dtype=np.float64) / take.rate
    return take.weights_at(grid) if frames else take.weights


def curve(take: Take, channel: str) -> tuple[list[float], list[float]]:
    """The moments and weights of one channel, straight from each to the next, and nothing more.

    A row is left out where the channel is the same in it as in the rows before and after it.
    """
    weights = take.weights[:, take.channels.index(channel)]
    kept = np.ones(len(weights), dtype=np.bool_)
    kept[1:-1] = (weights[1:-1] != weights[:-2]) | (weights[1:-1] != weights[2:])
    return take.times[kept].tolist(), weights[kept].astype(np.float64).tolist()


def recorded_take(
    rate: float,
    channels: tuple[str, ...],
    times: F64,
    weights: F64,
    *,
    head: F64 | None = None,
    eyes: F64 | None = None,
    source: str = "",
    dialect: str = "",
    lost: int = 0,
    absent: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
) -> Take:
    """The take of rows as they were recorded, at moments ``times`` (N,) that do not fall.

    Rows of one moment count once, the first; weights (N, C) are brought into [0, 1]. Rotations that
    are 0 throughout were not recorded.
    """
    kept = np.concatenate(([True], np.diff(times) > 0.0))
    own, rows = times[kept], weights[kept]
    return Take(
        rate=rate,
        channels=channels,
        times=own - own[0],
        weights=np.clip(rows, 0.0, 1.0).astype(np.float32),
        head=_rotations(head, kept),
        eyes=_rotations(eyes, kept),
        source=source,
        dialect=dialect,
        repairs=Repairs(
            out_of_range=tuple(_out_of_range(channels, rows)),
            repeated=int(np.count_nonzero(~kept)),
            lost=lost,
            absent=absent,
            unknown=unknown,
        ),
    )


def _out_of_range(channels: tuple[str, ...], rows: F64) -> Iterator[OutOfRange]:
    counts = np.count_nonzero((rows < 0.0) | (rows > 1.0), axis=0)
    for column in np.flatnonzero(counts).tolist():
        weights = rows[:, column]
        yield OutOfRange(
            channel=channels[column],
            rows=int(counts[column]),
            lowest=float(weights.min()),
            highest=float(weights.max()),
        )


def _rotations(angles: F64 | None, kept: npt.NDArray[np.bool_]) -> F32 | None:
    return None if angles is None or not angles.any() else angles[kept].astype(np.float32)
