"""One label's table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion, Weights
from mien.authored.rig import ChannelClass
from mien.engine.e1.basis import squared_distances, trend, wendland
from mien.engine.e1.conflict import Conflict
from mien.engine.e1.places import place_of
from mien.engine.e1.plateau import anchor_distances, overlap, plateau_radii
from mien.engine.e1.rounding import double, single
from mien.engine.e1.solve import NotPositive, cholesky, solve
from mien.engine.tables import F32, LabelTable
from mien.errors import MienError
from mien.text.fault import Fault


@frozen(kw_only=True, eq=False)
class Shared:
    """What all labels of a bank share: metric (3,), support (1,), rules (C, 10), conflicts."""

    metric: F32
    support: F32
    rules: F32
    conflict: Conflict


class Unsolvable(MienError):
    """A label without a table, and why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def label_table(bank: AuthoredBank, emotion: Emotion, shared: Shared) -> LabelTable:
    """Solve one label.

    Raises:
        Unsolvable: two anchors are too close, or an archetype conflicts with itself.
    """
    names = bank.manifest.intensities
    anchors = single([emotion.anchors[name].vad for name in names])
    archetypes = single([_row(bank, emotion.archetypes[name], 0.0) for name in names])
    faults = _conflict_faults(bank, emotion, archetypes, shared.conflict)
    points, metric = double(anchors), double(shared.metric)
    strength = single(float(np.float32(bank.rules.strength)) * double(archetypes.max(axis=0)))
    trends = double(strength) * trend(points, double(shared.rules))
    phi = wendland(squared_distances(points, points, metric), double(shared.support))
    try:
        weights = single(solve(cholesky(phi), double(archetypes) - trends))
    except NotPositive as error:
        distances = anchor_distances(anchors, shared.metric)[error.row].tolist()
        distances[error.row] = np.inf
        raise Unsolvable(
            [*faults, _close(bank, emotion, distances.index(min(distances)), error.row)]
        ) from None
    plateau = bank.manifest.plateau
    outer, span = plateau_radii(anchors, shared.metric, reach=plateau.reach, flat=plateau.flat)
    touching = overlap(anchors, shared.metric, outer, span)
    if touching is not None:
        faults.append(_close(bank, emotion, *touching))
    if faults:
        raise Unsolvable(faults)
    styles = tuple(sorted(emotion.styles))
    worn = [emotion.styles[style] for style in styles]
    width = len(bank.rig.names)
    return LabelTable(
        label=emotion.label,
        styles=styles,
        anchors=anchors,
        archetypes=archetypes,
        weights=weights,
        strength=strength,
        plateau_outer=outer,
        plateau_span=span,
        attenuation=single(_attenuation(bank, emotion)),
        style_anchors=single(np.array([s.anchor.vad for s in worn]).reshape(-1, 3)),
        style_gain=single(np.array([_row(bank, s.gain, 1.0) for s in worn]).reshape(-1, width)),
        style_offset=single(np.array([_row(bank, s.offset, 0.0) for s in worn]).reshape(-1, width)),
    )


def _row(bank: AuthoredBank, weights: Weights, rest: float) -> list[float]:
    return [weights.get(name, rest) for name in bank.rig.names]


def _attenuation(bank: AuthoredBank, emotion: Emotion) -> list[float]:
    """EXPRESSION 0, LIPSYNC 1, SHARED the label's own."""
    fixed: Mapping[ChannelClass, float] = {ChannelClass.EXPRESSION: 0.0, ChannelClass.LIPSYNC: 1.0}
    speech = emotion.speech
    return [
        fixed.get(channel.class_, speech.channels.get(channel.name, speech.attenuation))
        for channel in bank.rig.channels
    ]


def _close(bank: AuthoredBank, emotion: Emotion, one: int, other: int) -> Fault:
    names = bank.manifest.intensities
    first, second = sorted((one, other))
    return Fault(
        place=place_of(bank, f"emotions/{emotion.label}.", ("anchors", names[second])),
        path=f"anchors.{names[second]}",
        code="anchors-too-close",
        message=(
            f"the anchors {names[first]} and {names[second]} of {emotion.label} are too close "
            "together to hold two different faces"
        ),
        hint="move one of them away from the other",
    )


def _conflict_faults(
    bank: AuthoredBank, emotion: Emotion, archetypes: F32, conflict: Conflict
) -> list[Fault]:
    """A fault for each archetype that the conflict rules would change, bit for bit."""
    columns = np.ascontiguousarray(archetypes.T)
    resolved = conflict(columns)
    faults: list[Fault] = []
    for k, name in enumerate(bank.manifest.intensities):
        changed = np.flatnonzero(resolved[:, k] != columns[:, k]).tolist()
        if changed:
            channels = [bank.rig.names[c] for c in changed]
            path = ("archetypes", name, channels[0])
            faults.append(
                Fault(
                    place=place_of(bank, f"emotions/{emotion.label}.", path),
                    path=f"archetypes.{name}",
                    code="archetype-conflicts",
                    message=(
                        f"{', '.join(channels)} of {emotion.label} {name} would be changed by the "
                        "rig's antagonists and ceilings"
                    ),
                    hint="lower one channel of each pair to its cap, or change the cap",
                )
            )
    return faults
