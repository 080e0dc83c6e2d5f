"""A bank's records to its tables. Letters as in `mien.engine.tables`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping

import numpy as np
from attrs import frozen

from mien.authored.bank import TERMS, AuthoredBank, enforced_pairs
from mien.authored.emotion import Emotion, Weights
from mien.authored.rig import ChannelClass, Rig
from mien.engine.e1.conflict import Conflict, build_conflict
from mien.engine.e1.solve import (
    NotPositiveError,
    anchor_distances,
    cholesky,
    double,
    overlap,
    plateau_radii,
    positions,
    single,
    solve,
    squared_distances,
    trend,
    wendland,
)
from mien.engine.tables import F32, I32, LabelTable, Tables
from mien.errors import SourceError
from mien.text.fault import Fault
from mien.text.node import Place, find
from mien.timelines.compile import timeline_table

KERNEL = "wendland-c2"
MANY_INTENSITIES = 50
"""From here on weights and slopes grow: warn."""
MOST_INTENSITIES = 200


class ManyIntensities(UserWarning):
    """A label has so many intensities that its weights and slopes grow."""


def compile_tables(bank: AuthoredBank) -> Tables:
    """Round every number to float32, then solve each label over the rounded numbers in float64.

    Raises:
        SourceError: two anchors are too close, an archetype conflicts with itself, a ceiling's
            channel is in a pair, the kernel is unknown, or a label has over 200 intensities.
    """
    manifest, rig = bank.manifest, bank.rig
    faults = [*_manifest_faults(bank), *_ceiling_faults(bank)]
    if faults:
        raise SourceError(faults)
    pairs, caps = _pair_tables(bank)
    ceilings, slacks = _ceiling_tables(rig)
    metric = manifest.metric
    none = (0.0,) * len(TERMS)
    trends = bank.rules.trends
    shared = _Shared(
        metric=single([metric.valence, metric.arousal, metric.dominance]),
        support=single([manifest.kernel.support]),
        rules=single([trends[n].coefficients if n in trends else none for n in rig.names]),
        conflict=build_conflict(pairs, caps, ceilings, slacks, len(rig.names)),
    )
    labels: list[LabelTable] = []
    for emotion in bank.emotions:
        try:
            labels.append(_label_table(bank, emotion, shared))
        except SourceError as error:
            faults.extend(error.faults)
    if faults:
        raise SourceError(faults)
    sealing = {n: rig.lip_seal.sealing[n] for n in rig.names if n in rig.lip_seal.sealing}
    return Tables(
        engine=1,
        bank=manifest.id,
        version=manifest.version,
        rig=rig.id,
        channels=rig.names,
        classes=tuple(channel.class_.value for channel in rig.channels),
        intensities=manifest.intensities,
        mirror=rig.mirror,
        rules=shared.rules,
        metric=shared.metric,
        support=shared.support,
        pairs=pairs,
        caps=caps,
        ceilings=ceilings,
        slacks=slacks,
        sealing=positions([rig.index[name] for name in sealing]),
        sealing_levels=single(list(sealing.values())),
        parting=positions([rig.index[name] for name in rig.lip_seal.parting]),
        labels=tuple(labels),
    )


@frozen(kw_only=True, eq=False)
class _Shared:
    """What all labels of a bank share: metric (3,), support (1,), rules (C, 10), conflicts."""

    metric: F32
    support: F32
    rules: F32
    conflict: Conflict


def _label_table(bank: AuthoredBank, emotion: Emotion, shared: _Shared) -> LabelTable:
    """Solve one label.

    Raises:
        SourceError: two anchors are too close, or an archetype conflicts with itself.
    """
    names = bank.manifest.intensities
    anchors = single([emotion.anchors[name].vad for name in names])
    archetypes = single([_row(bank, emotion.archetypes[name], 0.0) for name in names])
    faults = list(_archetype_faults(bank, emotion, archetypes, shared.conflict))
    points, metric = double(anchors), double(shared.metric)
    strength = single(float(np.float32(bank.rules.strength)) * double(archetypes.max(axis=0)))
    trends = double(strength) * trend(points, double(shared.rules))
    phi = wendland(squared_distances(points, points, metric), double(shared.support))
    try:
        weights = single(solve(cholesky(phi), double(archetypes) - trends))
    except NotPositiveError as error:
        distances = anchor_distances(anchors, shared.metric)[error.row].tolist()
        distances[error.row] = np.inf
        close = _closeness(bank, emotion, distances.index(min(distances)), error.row)
        raise SourceError([*faults, close]) from None
    plateau = bank.manifest.plateau
    outer, span = plateau_radii(anchors, shared.metric, reach=plateau.reach, flat=plateau.flat)
    touching = overlap(anchors, shared.metric, outer, span)
    if touching is not None:
        faults.append(_closeness(bank, emotion, *touching))
    if faults:
        raise SourceError(faults)
    style_names = tuple(sorted(emotion.styles))
    styles = [emotion.styles[name] for name in style_names]
    width = len(bank.rig.names)
    return LabelTable(
        label=emotion.label,
        styles=style_names,
        anchors=anchors,
        archetypes=archetypes,
        weights=weights,
        strength=strength,
        plateau_outer=outer,
        plateau_span=span,
        attenuation=single(_attenuation(bank, emotion)),
        style_anchors=single(np.array([s.anchor.vad for s in styles]).reshape(-1, 3)),
        style_gain=single(np.array([_row(bank, s.gain, 1.0) for s in styles]).reshape(-1, width)),
        style_offset=single(
            np.array([_row(bank, s.offset, 0.0) for s in styles]).reshape(-1, width)
        ),
        timeline=timeline_table(bank, emotion),
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


def _pair_tables(bank: AuthoredBank) -> tuple[I32, F32]:
    """Pairs (P, 2) and caps (P,), in rig order: hard ones, and the kinds that the policy caps."""
    index = bank.rig.index
    enforced = tuple(enforced_pairs(bank))
    pairs = [(index[one], index[other]) for one, other in (pair.pair for pair, _ in enforced)]
    return positions(pairs, 2), single([cap for _, cap in enforced])


def _ceiling_tables(rig: Rig) -> tuple[I32, F32]:
    """Ceilings (N, 2) as (channel, under) and slacks (N,), in rig order."""
    pairs = [(rig.index[ceiling.channel], rig.index[ceiling.under]) for ceiling in rig.ceilings]
    return positions(pairs, 2), single([ceiling.slack for ceiling in rig.ceilings])


def _place(bank: AuthoredBank, document: str, *path: str | int) -> Place:
    """The place of ``path`` in the source whose name starts with ``document``."""
    for name, source in bank.documents.items():
        if name.startswith(document):
            return find(source.root, path).place
    return Place(document.rstrip("."))


def _manifest_faults(bank: AuthoredBank) -> Iterator[Fault]:
    manifest = bank.manifest
    count = len(manifest.intensities)
    if manifest.kernel.name != KERNEL:
        yield Fault(
            place=_place(bank, "bank.", "kernel", "name"),
            path="kernel.name",
            code="unknown-kernel",
            message=f"no kernel {manifest.kernel.name}; engine 1 has {KERNEL}",
        )
    if count > MOST_INTENSITIES:
        yield Fault(
            place=_place(bank, "bank.", "intensities"),
            path="intensities",
            code="too-many-intensities",
            message=f"{count} intensities; a label can have {MOST_INTENSITIES}",
            hint="split the label",
        )
    elif count > MANY_INTENSITIES:
        message = f"{count} intensities a label: past {MANY_INTENSITIES}, weights and slopes grow"
        warnings.warn(message, ManyIntensities, stacklevel=4)


def _ceiling_faults(bank: AuthoredBank) -> Iterator[Fault]:
    """Ceilings that antagonists or other ceilings would move, so that order would matter."""
    paired = {name for antagonist in bank.rig.antagonists for name in antagonist.pair}
    bounded = {ceiling.channel for ceiling in bank.rig.ceilings}
    for position, ceiling in enumerate(bank.rig.ceilings):
        place = _place(bank, f"rigs/{bank.rig.id}.", "ceilings", position)
        if ceiling.channel in paired:
            yield Fault(
                place=place,
                path="ceilings",
                code="ceiling-in-a-pair",
                message=f"{ceiling.channel} has a ceiling and is in an antagonist pair",
                hint="a channel can have only one of the two",
            )
        if ceiling.under in bounded:
            yield Fault(
                place=place,
                path="ceilings",
                code="ceiling-on-a-ceiling",
                message=f"{ceiling.channel} is bounded by {ceiling.under}, which has a ceiling too",
                hint="bound both by the same channel",
            )


def _closeness(bank: AuthoredBank, emotion: Emotion, one: int, other: int) -> Fault:
    first, second = (bank.manifest.intensities[k] for k in sorted((one, other)))
    return Fault(
        place=_place(bank, f"emotions/{emotion.label}.", "anchors", second),
        path=f"anchors.{second}",
        code="anchors-too-close",
        message=(
            f"the anchors {first} and {second} of {emotion.label} are too close together to hold "
            "two different faces"
        ),
        hint="move one of them away from the other",
    )


def _archetype_faults(
    bank: AuthoredBank, emotion: Emotion, archetypes: F32, conflict: Conflict
) -> Iterator[Fault]:
    """A fault for each archetype that the conflict rules would change, bit for bit."""
    columns = np.ascontiguousarray(archetypes.T)
    resolved = conflict(columns)
    for k, name in enumerate(bank.manifest.intensities):
        changed = np.flatnonzero(resolved[:, k] != columns[:, k]).tolist()
        if changed:
            channels = [bank.rig.names[c] for c in changed]
            yield Fault(
                place=_place(bank, f"emotions/{emotion.label}.", "archetypes", name, channels[0]),
                path=f"archetypes.{name}",
                code="archetype-conflicts",
                message=(
                    f"{', '.join(channels)} of {emotion.label} {name} would be changed by the "
                    "rig's antagonists and ceilings"
                ),
                hint="lower one channel of each pair to its cap, or change the cap",
            )
