"""What a take holds, in numbers: its clock, its channels, and whether left is left.

Dimension letters: N rows, C channels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import frozen

from mien.authored.rig import PairKind, Rig
from mien.formats.take import F64, Gap, Repairs, Take

LEEWAY = 0.05
"""Weights this far past a cap are a tracker's noise."""

_STILL = 1e-6
_LEAST_TURN, _LEAST_LOOK = 0.5, 0.01
"""Eyes that turn less, in degrees and in weight, tell nothing of their columns."""

_SIGNS: Mapping[tuple[str, str], float] = {
    ("Left", "yaw"): -1.0,
    ("Right", "yaw"): 1.0,
    ("Left", "pitch"): 1.0,
    ("Right", "pitch"): 1.0,
}
"""A yaw above 0 is towards the subject's right, which is in for the left eye; a pitch is down."""


@frozen(kw_only=True)
class Together:
    """Two channels that exclude each other, both past what the rig allows.

    The smaller of the two weights passed ``cap`` by more than `LEEWAY` in ``rows`` rows, and was
    ``most`` at ``moment`` seconds.
    """

    pair: tuple[str, str]
    kind: PairKind
    cap: float
    most: float
    moment: float
    rows: int


@frozen(kw_only=True)
class EyeTurn:
    """How a recorded turn of an eye goes with the eye's look channels.

    ``agreement`` is their correlation, from -1 to 1, 1 where the turn goes where the channels say.
    """

    eye: str
    axis: str
    agreement: float


@frozen(kw_only=True)
class Measurements:
    """What was measured of a take.

    ``rate`` is the nominal one, ``row_rate`` counts rows from the first to the last; both are in
    frames a second. ``jitter`` is the standard deviation of the steps between rows, without gaps,
    in seconds. ``still`` channels keep one weight throughout.
    """

    rows: int
    seconds: float
    rate: float
    row_rate: float
    gaps: tuple[Gap, ...]
    jitter: float
    repairs: Repairs
    recorded: tuple[str, ...]
    still: Mapping[str, float]
    together: tuple[Together, ...]
    eyes: tuple[EyeTurn, ...]

    @property
    def moving(self) -> tuple[str, ...]:
        """The recorded channels that move."""
        return tuple(name for name in self.recorded if name not in self.still)


def measure(take: Take, rig: Rig) -> Measurements:
    """What can be measured of a take whose channels are the rig's; it holds a row at least."""
    span = float(take.times[-1] - take.times[0])
    steps = np.diff(take.times)
    even = steps[steps <= 1.5 / take.rate]
    recorded = tuple(name for name in take.channels if name not in take.repairs.absent)
    return Measurements(
        rows=len(take.times),
        seconds=take.seconds,
        rate=take.rate,
        row_rate=(len(take.times) - 1) / span if span else take.rate,
        gaps=take.gaps,
        jitter=float(even.std()) if len(even) else 0.0,
        repairs=take.repairs,
        recorded=recorded,
        still={
            name: float(weights[0])
            for name in recorded
            if np.ptp(weights := _weights(take, name)) < _STILL
        },
        together=tuple(_together(take, rig)),
        eyes=tuple(_eye_turns(take)),
    )


def _together(take: Take, rig: Rig) -> Iterator[Together]:
    for antagonist in rig.antagonists:
        if not set(antagonist.pair) <= set(take.channels):
            continue
        smaller = np.minimum(*(_weights(take, name) for name in antagonist.pair))
        row = int(smaller.argmax())
        rows = int(np.count_nonzero(smaller > antagonist.cap + LEEWAY))
        if rows:
            yield Together(
                pair=antagonist.pair,
                kind=antagonist.kind,
                cap=antagonist.cap,
                most=float(smaller[row]),
                moment=float(take.times[row]),
                rows=rows,
            )


def _eye_turns(take: Take) -> Iterator[EyeTurn]:
    if take.eyes is None:
        return
    for (eye, axis), sign in _SIGNS.items():
        turn = take.eyes[:, 3 * (eye == "Right") + (axis == "pitch")].astype(np.float64)
        look = _look(take, eye, axis)
        if look is not None and turn.std() >= _LEAST_TURN and look.std() >= _LEAST_LOOK:
            agreement = sign * float(np.corrcoef(turn, look)[0, 1])
            yield EyeTurn(eye=eye, axis=axis, agreement=agreement)


def _look(take: Take, eye: str, axis: str) -> F64 | None:
    """How far the channels of an eye look out or down (N,); None where they were not recorded."""
    names = [f"eyeLook{way}{eye}" for way in (("Out", "In") if axis == "yaw" else ("Down", "Up"))]
    if any(name not in take.channels or name in take.repairs.absent for name in names):
        return None
    return _weights(take, names[0]) - _weights(take, names[1])


def _weights(take: Take, channel: str) -> F64:
    return take.weights[:, take.channels.index(channel)].astype(np.float64)
