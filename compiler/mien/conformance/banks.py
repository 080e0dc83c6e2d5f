"""Generated banks of shapes that authors seldom make.

They are drawn from a seed, and have channel counts that no vector width divides, three to
twenty anchors a label, anchors close together and in the cube's corners, weights so small that
faces have subnormal numbers, random rules, styles and antagonists, ceilings under antagonists. Only
sums, products and quotients of whole numbers take part, so that a seed is the same bank everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from mien.authored.bank import (
    TERMS,
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
from mien.authored.emotion import ActionUnits, Anchor, Emotion, Speech, Style, Vad
from mien.authored.rig import Antagonist, Ceiling, Channel, ChannelClass, LipSeal, PairKind, Rig

_CORNERS = (-1.0, -0.875, 0.0, 0.875, 1.0)
_FAINT = 2.0**-134
"""Unit of weights that are near the smallest normal float32, 2**-126, or under it."""

_CLOSEST = 0.05
"""Anchors may come this near, in plain distance on one axis: solvable, yet badly conditioned."""

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FRACTION_BITS = 24

Item = TypeVar("Item")


class Stream:
    """Pseudo-random numbers that a seed gives on every machine: splitmix64, in integers."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, count: int) -> int:
        """A whole number in [0, count)."""
        return (self.bits() >> 11) % count

    def fraction(self) -> float:
        """A multiple of 2**-24 in [0, 1): exact as float32."""
        return (self.bits() >> (64 - _FRACTION_BITS)) / float(1 << _FRACTION_BITS)

    def between(self, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.fraction()

    def chance(self, share: float) -> bool:
        """True in about ``share`` of the calls."""
        return self.fraction() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]


def generated_bank(
    seed: int, *, channels: int = 0, labels: int = 0, intensities: int = 0
) -> AuthoredBank:
    """The bank of a seed; a count of 0 is drawn from the seed too.

    Archetypes satisfy every antagonist and ceiling of the generated rig.
    """
    stream = Stream(seed)
    rig = _rig(stream, channels or 5 + stream.below(60))
    label_count = labels or 1 + stream.below(6)
    intensity_count = intensities or 3 + stream.below(18)
    names = tuple(f"level{position}" for position in range(intensity_count))
    emotions = tuple(_emotion(stream, rig, f"label{n}", names) for n in range(label_count))
    manifest = Manifest(
        id=f"generated{seed}",
        version="1.0.0",
        title="Generated",
        description="Generated.",
        licence="CC0-1.0",
        authors=("mien",),
        rig=rig.id,
        labels=tuple(emotion.label for emotion in emotions),
        intensities=names,
        metric=Metric(
            valence=stream.between(0.5, 1.5),
            arousal=stream.between(0.3, 1.2),
            dominance=stream.between(0.2, 1.0),
        ),
        kernel=Kernel(name="wendland-c2", support=stream.between(0.4, 3.0)),
        plateau=Plateau(reach=stream.between(0.5, 0.97), flat=stream.between(0.05, 0.6)),
        budgets=Budgets(
            slope=SlopeBudget(mean=1e6, channel=1e6), separation=0.0, spacing=_CLOSEST / 4
        ),
    )
    return AuthoredBank(
        manifest=manifest,
        rig=rig,
        rules=_rules(stream, rig),
        emotions=emotions,
        documents=MappingProxyType({}),
    )


def _rig(stream: Stream, count: int) -> Rig:
    """Channels 0 and 1 have ceilings under 2 and 3, of which 2 has an antagonist at least."""
    names = [f"channel{position}" for position in range(count)]
    classes = list(ChannelClass)
    ceilings = tuple(
        Ceiling(channel=names[channel], under=names[under], slack=slack, reason="generated")
        for channel, under, slack in ((0, 2, 0.0625), (0, 3, 0.25), (1, 2, 0.0))
    )
    free = names[2:]
    near = (names[2], names[4], PairKind.NEAR, stream.between(0.05, 0.5))
    antagonists = tuple(
        Antagonist(pair=(a, b), kind=kind, cap=cap, reason="generated")
        for a, b, kind, cap in (near, *_pairs(stream, free))
    )
    return Rig(
        id="generated",
        title="Generated",
        channels=tuple(Channel(name=name, class_=stream.pick(classes)) for name in names),
        shorthands={},
        mirror=(),
        antagonists=antagonists,
        ceilings=ceilings,
        conjugates=(),
        action_units={},
        lip_seal=LipSeal(
            sealing={name: stream.between(0.2, 0.8) for name in names[2:4]},
            parting=(names[-1], *(name for name in names[1:-1] if stream.chance(0.3))),
        ),
    )


def _pairs(stream: Stream, names: list[str]) -> list[tuple[str, str, PairKind, float]]:
    """Neighbours at two distances, so that a channel may have none to four antagonists."""
    chosen: list[tuple[str, str, PairKind, float]] = []
    for step in (1, 3):
        for a, b in zip(names, names[step:], strict=False):
            if stream.chance(0.3):
                kind = stream.pick(list(PairKind))
                cap = 0.0 if kind is PairKind.HARD else stream.between(0.05, 0.5)
                chosen.append((a, b, kind, cap))
    return chosen


def _rules(stream: Stream, rig: Rig) -> Rules:
    trends = {
        name: Trend(
            coefficients=tuple(stream.between(-8.0, 8.0) for _ in TERMS), reason="generated"
        )
        for name in rig.names
        if stream.chance(0.8)
    }
    return Rules(
        strength=stream.between(0.1, 1.0),
        trends=trends,
        antagonists=AntagonistPolicy(near=True, soft=True, overrides=()),
    )


def _emotion(stream: Stream, rig: Rig, label: str, intensities: tuple[str, ...]) -> Emotion:
    points = _anchors(stream, len(intensities))
    anchors = {
        name: Anchor(vad=vad, basis="generated")
        for name, vad in zip(intensities, points, strict=True)
    }
    used = {name: 1.0 / 1024.0 for name in rig.names if stream.chance(0.6)}
    used[stream.pick(rig.names[4:])] = _FAINT
    shared = [c.name for c in rig.channels if c.class_ is ChannelClass.SHARED]
    return Emotion(
        label=label,
        title=label,
        description="Generated.",
        sources=("generated",),
        action_units=ActionUnits(core=(), optional=()),
        anchors=anchors,
        archetypes={name: _archetype(stream, rig, used) for name in intensities},
        styles={f"style{n}": _style(stream, rig) for n in range(1 + stream.below(3))},
        speech=Speech(
            attenuation=stream.fraction(),
            channels={name: stream.fraction() for name in shared if stream.chance(0.3)},
        ),
    )


def _anchors(stream: Stream, count: int) -> list[Vad]:
    """Spread, bunched and cornered points and some a hair from 0, no two closer than the floor."""
    points: list[Vad] = []
    while len(points) < count:
        kind = stream.below(5)
        if kind == 0:
            point = (stream.pick(_CORNERS), stream.pick(_CORNERS), stream.pick(_CORNERS))
        elif kind == 1:
            point = (2.0**-70, stream.between(-1, 1), stream.between(-1, 1))
        elif kind == 2 and points:
            v, a, d = stream.pick(points)
            point = (v, a, max(-1.0, d - _CLOSEST)) if d > 0 else (v, a, min(1.0, d + _CLOSEST))
        else:
            point = (stream.between(-1, 1), stream.between(-1, 1), stream.between(-1, 1))
        if all(_apart(point, other) >= _CLOSEST for other in points):
            points.append(point)
    return points


def _apart(a: Vad, b: Vad) -> float:
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def _archetype(stream: Stream, rig: Rig, used: Mapping[str, float]) -> dict[str, float]:
    """Random weights of the used channels, in each one's unit, lowered until nothing conflicts.

    Weights are multiples of 2**-10 and caps are floored to the same grid, so that a weight at its
    cap is still under it in float32.
    """
    weights = {
        name: stream.pick((1024, stream.below(1025))) * unit
        for name, unit in used.items()
        if stream.chance(0.8)
    }
    for antagonist in rig.antagonists:
        a, b = antagonist.pair
        smaller = a if weights.get(a, 0.0) <= weights.get(b, 0.0) else b
        weights[smaller] = min(weights.get(smaller, 0.0), int(antagonist.cap * 1024) / 1024.0)
    for ceiling in rig.ceilings:
        limit = weights.get(ceiling.under, 0.0) + ceiling.slack
        weights[ceiling.channel] = min(weights.get(ceiling.channel, 0.0), limit)
    return {name: weight for name, weight in weights.items() if weight > 0}


def _style(stream: Stream, rig: Rig) -> Style:
    return Style(
        description="Generated.",
        anchor=Anchor(
            vad=(stream.between(-1, 1), stream.between(-1, 1), stream.between(-1, 1)),
            basis="generated",
        ),
        gain={
            name: stream.pick((stream.between(0, 2), stream.between(0, 2), _FAINT))
            for name in rig.names
            if stream.chance(0.6)
        },
        offset={name: stream.between(-0.5, 0.5) for name in rig.names if stream.chance(0.4)},
    )
