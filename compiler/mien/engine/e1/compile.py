"""A bank's records to its tables."""

from __future__ import annotations

import warnings

from mien.authored.bank import AuthoredBank
from mien.authored.rules import TERMS
from mien.engine.e1.conflict import build_conflict
from mien.engine.e1.exclusions import ceiling_faults, ceiling_tables, pair_tables
from mien.engine.e1.label import Shared, Unsolvable, label_table
from mien.engine.e1.places import place_of
from mien.engine.e1.rounding import positions, single
from mien.engine.tables import LabelTable, Tables
from mien.errors import SourceError
from mien.text.fault import Fault

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
    faults = [*_manifest_faults(bank), *ceiling_faults(bank)]
    if faults:
        raise SourceError(faults)
    pairs, caps = pair_tables(bank)
    ceilings, slacks = ceiling_tables(rig)
    metric = manifest.metric
    none = (0.0,) * len(TERMS)
    trends = bank.rules.trends
    shared = Shared(
        metric=single([metric.valence, metric.arousal, metric.dominance]),
        support=single([manifest.kernel.support]),
        rules=single([trends[n].coefficients if n in trends else none for n in rig.names]),
        conflict=build_conflict(pairs, caps, ceilings, slacks, len(rig.names)),
    )
    labels: list[LabelTable] = []
    for emotion in bank.emotions:
        try:
            labels.append(label_table(bank, emotion, shared))
        except Unsolvable as error:
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


def _manifest_faults(bank: AuthoredBank) -> list[Fault]:
    manifest = bank.manifest
    faults: list[Fault] = []
    count = len(manifest.intensities)
    if manifest.kernel.name != KERNEL:
        faults.append(
            Fault(
                place=place_of(bank, "bank.", ("kernel", "name")),
                path="kernel.name",
                code="unknown-kernel",
                message=f"no kernel {manifest.kernel.name}; engine 1 has {KERNEL}",
            )
        )
    if count > MOST_INTENSITIES:
        faults.append(
            Fault(
                place=place_of(bank, "bank.", ("intensities",)),
                path="intensities",
                code="too-many-intensities",
                message=f"{count} intensities; a label can have {MOST_INTENSITIES}",
                hint="split the label",
            )
        )
    elif count > MANY_INTENSITIES:
        message = f"{count} intensities a label: past {MANY_INTENSITIES}, weights and slopes grow"
        warnings.warn(message, ManyIntensities, stacklevel=3)
    return faults
