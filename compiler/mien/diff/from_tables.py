"""What tables hold of the bank that they were compiled from, as records.

Texts are empty, budgets 0; numbers are float32 in their shortest form. Two banks that are both read
from tables can be compared like two banks with sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from attrs import evolve

from mien.authored.bank import (
    AntagonistPolicy,
    AuthoredBank,
    Budgets,
    Kernel,
    Manifest,
    Metric,
    Plateau,
    Rules,
    SlopeBudget,
    Trend,
)
from mien.authored.emotion import ActionUnits, Anchor, Emotion, Speech, Style, Vad, Weights
from mien.authored.rig import Antagonist, Ceiling, Channel, ChannelClass, LipSeal, PairKind, Rig
from mien.engine.tables import F32, I32, LabelTable, Tables

NOT_IN_TABLES = (
    "texts, sources and reasons",
    "budgets",
    "settings of plateaus, trends' strength and kernel (their effect on faces is compared)",
    "action units, conjugates, shorthands and exceptions",
)
"""What an artifact does not hold."""


def bank_from_tables(tables: Tables, sources: AuthoredBank | None = None) -> AuthoredBank:
    """The records of a bank as far as ``tables`` hold them.

    ``sources`` lends its documents and shorthands, so that places and short names are known.
    """
    shorthands: Mapping[str, tuple[str, ...]] = sources.rig.shorthands if sources else {}
    return AuthoredBank(
        manifest=_manifest(tables),
        rig=evolve(_rig(tables), shorthands=shorthands),
        rules=_rules(tables),
        emotions=tuple(_emotion(tables, table) for table in tables.labels),
        documents=sources.documents if sources else {},
    )


def _short(values: F32) -> list[float]:
    """Float32 values as the shortest decimals that mean them."""
    return [float(str(value)) for value in values]


def _pairs(names: Sequence[str], rows: I32) -> list[tuple[str, str]]:
    """Rows (n, 2) of channel positions as names."""
    positions: list[list[int]] = rows.tolist()
    return [(names[one], names[other]) for one, other in positions]


def _vad(point: F32) -> Vad:
    valence, arousal, dominance = _short(point)
    return valence, arousal, dominance


def _weights(names: Iterable[str], row: F32, absent: float = 0.0) -> Weights:
    values: Mapping[str, float] = dict(zip(names, _short(row), strict=True))
    return {name: value for name, value in values.items() if value != absent}


def _manifest(tables: Tables) -> Manifest:
    valence, arousal, dominance = _short(tables.metric)
    return Manifest(
        id=tables.bank,
        version=tables.version,
        title="",
        description="",
        licence="",
        authors=(),
        rig=tables.rig,
        labels=tuple(table.label for table in tables.labels),
        intensities=tables.intensities,
        metric=Metric(valence=valence, arousal=arousal, dominance=dominance),
        kernel=Kernel(name="", support=_short(tables.support)[0]),
        plateau=Plateau(reach=0.0, flat=0.0),
        budgets=Budgets(slope=SlopeBudget(mean=0.0, channel=0.0), separation=0.0, spacing=0.0),
    )


def _rig(tables: Tables) -> Rig:
    names = tables.channels
    pairs = zip(_pairs(names, tables.pairs), _short(tables.caps), strict=True)
    ceilings = zip(_pairs(names, tables.ceilings), _short(tables.slacks), strict=True)
    parting: list[int] = tables.parting.tolist()
    levels = _short(tables.sealing_levels)
    return Rig(
        id=tables.rig,
        title="",
        channels=tuple(
            Channel(name=name, class_=ChannelClass(one))
            for name, one in zip(names, tables.classes, strict=True)
        ),
        shorthands={},
        mirror=tables.mirror,
        antagonists=tuple(
            Antagonist(pair=pair, kind=PairKind.NEAR if cap else PairKind.HARD, cap=cap, reason="")
            for pair, cap in pairs
        ),
        ceilings=tuple(
            Ceiling(channel=channel, under=under, slack=slack, reason="")
            for (channel, under), slack in ceilings
        ),
        conjugates=(),
        action_units={},
        lip_seal=LipSeal(
            sealing={
                names[channel]: level
                for channel, level in zip(tables.sealing.tolist(), levels, strict=True)
            },
            parting=tuple(names[channel] for channel in parting),
        ),
    )


def _rules(tables: Tables) -> Rules:
    return Rules(
        strength=0.0,
        trends={
            name: Trend(coefficients=tuple(_short(row)), reason="")
            for name, row in zip(tables.channels, tables.rules, strict=True)
            if np.any(row)
        },
        antagonists=AntagonistPolicy(near=True, soft=True, overrides=()),
    )


def _emotion(tables: Tables, table: LabelTable) -> Emotion:
    names = tables.channels
    shared = [one == ChannelClass.SHARED.value for one in tables.classes]
    fades = zip(names, _short(table.attenuation), shared, strict=True)
    styles = zip(
        table.styles, table.style_anchors, table.style_gain, table.style_offset, strict=True
    )
    return Emotion(
        label=table.label,
        title="",
        description="",
        sources=(),
        action_units=ActionUnits(core=(), optional=()),
        anchors={
            name: Anchor(vad=_vad(point), basis="")
            for name, point in zip(tables.intensities, table.anchors, strict=True)
        },
        archetypes={
            name: _weights(names, row)
            for name, row in zip(tables.intensities, table.archetypes, strict=True)
        },
        styles={
            name: Style(
                description="",
                anchor=Anchor(vad=_vad(point), basis=""),
                gain=_weights(names, gain, absent=1.0),
                offset=_weights(names, offset),
            )
            for name, point, gain, offset in styles
        },
        speech=Speech(
            attenuation=0.0, channels={name: fade for name, fade, is_shared in fades if is_shared}
        ),
    )
