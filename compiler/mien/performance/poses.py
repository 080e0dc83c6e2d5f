"""What a person asks to be shown, and the pose that it is on a bank."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.errors import QueryError
from mien.performance.expression import REST, Pose, Slot
from mien.queries import mixture_rows, style_position
from mien.text.node import Path as NodePath

DYNAMICS = "dynamics"
"""The label's own onset, apex and offset, in place of a sequence."""


@frozen(kw_only=True)
class State:
    """What is shown: a label, label weights, or None for rest, in one of the ways to place it.

    ``path`` is where it stands in a document.
    """

    label: str | Mapping[str, float] | None = field(default=None)
    at: str | None = field(default=None)
    vad: tuple[float, float, float] | None = field(default=None)
    intensity: float | None = field(default=None)
    style: str | None = field(default=None)
    strength: float = field(default=1.0)
    path: NodePath = field(default=())


def pose_of(bank: Bank, state: State) -> Pose:
    """The pose that a state is on ``bank``, whose labels, styles and points it names.

    Raises:
        QueryError: it names what the bank has not, or what cannot go together.
    """
    if state.label is None or state.strength == 0.0:
        return REST
    v, a, d = bank.point(
        state.label, vad=state.vad, at=state.at, intensity=state.intensity, style=state.style
    ).tolist()
    if isinstance(state.label, str):
        label = bank.labels.index(state.label)
        style = PLAIN if state.style is None else style_position(state.style, label, bank.tables)
        return Pose(weights={Slot(label, style): state.strength}, point=(v, a, d))
    if state.style is not None:
        raise QueryError("a style belongs to one label; a mixture has none")
    rows = mixture_rows(state.label, bank.tables)
    weights = {Slot(label, PLAIN): float(weight) * state.strength for label, weight in rows}
    return Pose(weights=weights, point=(v, a, d))


def playing(pose: Pose, number: int) -> Pose:
    """The pose whose slots play the clip of the cue with this number."""
    slots = {Slot(one.label, one.style, number): share for one, share in pose.weights.items()}
    return Pose(weights=slots, point=pose.point)
