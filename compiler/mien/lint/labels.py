"""Labels differ from one another at every intensity, and each has styles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from operator import sub

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion, Weights
from mien.lint.action_units import main_channels
from mien.lint.rule import LintRule, by_shorthand, emotion_source, shown
from mien.text.fault import Fault

ENOUGH_STYLES = 2

_NAMED = 3
"""How many channels a hint names."""


@frozen(kw_only=True)
class ClosestPair:
    """Two labels at one intensity; ``distance`` is the mean absolute difference over channels."""

    first: str
    second: str
    distance: float


def _differences(bank: AuthoredBank, a: Weights, b: Weights) -> dict[str, float]:
    used = [name for name in bank.rig.names if name in a or name in b]
    return {name: abs(a.get(name, 0.0) - b.get(name, 0.0)) for name in used}


def _pairs(bank: AuthoredBank, intensity: str) -> Iterator[tuple[Emotion, Emotion, float]]:
    names = bank.rig.names
    drawn = [
        (emotion, [emotion.archetypes[intensity].get(name, 0.0) for name in names])
        for emotion in bank.emotions
        if intensity in emotion.archetypes
    ]
    for (a, first), (b, second) in combinations(drawn, 2):
        yield a, b, sum(map(abs, map(sub, first, second))) / len(names)


def closest_pairs(bank: AuthoredBank, count: int = 3) -> Mapping[str, tuple[ClosestPair, ...]]:
    """The ``count`` nearest pairs of labels at each intensity, in the bank's order, nearest first.

    Distances are mean absolute differences over the rig's channels, in [0, 1].
    """
    nearest: dict[str, tuple[ClosestPair, ...]] = {}
    for intensity in bank.manifest.intensities:
        pairs = [
            ClosestPair(first=a.label, second=b.label, distance=apart)
            for a, b, apart in _pairs(bank, intensity)
        ]
        nearest[intensity] = tuple(sorted(pairs, key=lambda pair: pair.distance)[:count])
    return nearest


def _separation(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    wanted = bank.manifest.budgets.separation
    for intensity in bank.manifest.intensities:
        for a, b, apart in _pairs(bank, intensity):
            if apart < wanted:
                yield rule.fault(
                    emotion_source(bank, b.label),
                    ("archetypes", intensity),
                    message=f"{a.label} and {b.label} at {intensity} are {shown(apart)} apart "
                    f"(mean difference over channels), expected at least {shown(wanted)} "
                    "(`budgets.separation`)",
                    hint=_hint(bank, a, b, intensity),
                )


def _hint(bank: AuthoredBank, a: Emotion, b: Emotion, intensity: str) -> str:
    telling = _telling_channels(bank, a, b, intensity) or _own_channels(bank, a, b)
    if not telling:
        return "give each a channel that the other does not use"
    named = list(by_shorthand(bank.rig, telling).items())[:_NAMED]
    return f"these would tell them apart best at {intensity}: " + ", ".join(
        f"{name} ({text})" for name, text in named
    )


def _telling_channels(bank: AuthoredBank, a: Emotion, b: Emotion, intensity: str) -> dict[str, str]:
    """Channels in which the labels differ more at another intensity than here, most first.

    The text has their values here, and there.
    """
    first, second = a.archetypes[intensity], b.archetypes[intensity]
    here = _differences(bank, first, second)
    gains: list[tuple[float, str, str]] = []
    for name in bank.rig.names:
        best, text = 0.0, ""
        for other in a.archetypes:
            if other in b.archetypes:
                x, y = a.archetypes[other].get(name, 0.0), b.archetypes[other].get(name, 0.0)
                if abs(x - y) - here.get(name, 0.0) > best:
                    best = abs(x - y) - here.get(name, 0.0)
                    text = f"at {other} {shown(x)}, {shown(y)}"
        if text:
            x, y = first.get(name, 0.0), second.get(name, 0.0)
            now = f"{a.label} {shown(x)}, {b.label} {shown(y)}"
            gains.append((best, name, f"{now}; {text}"))
    return {name: text for _, name, text in sorted(gains, key=lambda gain: -gain[0])}


def _own_channels(bank: AuthoredBank, a: Emotion, b: Emotion) -> dict[str, str]:
    """Channels of core action units that only one of the labels has."""
    return {
        channel: f"AU{use.code} of {one.label}"
        for one, other in ((a, b), (b, a))
        for use in one.action_units.core
        if use.code not in {shared.code for shared in other.action_units.core}
        for channel in main_channels(bank.rig, use)
    }


def _few_styles(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion in bank.emotions:
        if len(emotion.styles) < ENOUGH_STYLES:
            yield rule.fault(
                emotion_source(bank, emotion.label),
                ("styles",),
                message=f"{emotion.label} has {len(emotion.styles)} styles, "
                f"expected {ENOUGH_STYLES} or more",
                hint="add another way to show the emotion under `styles`",
            )


RULES = (
    LintRule(
        code="separation",
        title="Two labels look too much alike at one intensity.",
        why="Faces that are nearer than the bank's `budgets.separation` (mean difference over "
        "channels) cannot be told apart by those who see them.",
        mend="Give one of the labels more of the channels that the hint names, or a channel that "
        "the other does not use.",
        file="emotions/calm.yaml",
        right="  mid: {}",
        wrong="  mid: {mouthSmile: 0.45, jawOpen: 0.1}",
        find=_separation,
    ),
    LintRule(
        code="few-styles",
        title="A label has fewer than two styles.",
        why="An emotion shows in more ways than one; with a single style all characters "
        "look the same.",
        mend="Add a style, with an anchor and a gain or offset a channel.",
        severity="warning",
        file="emotions/cross.yaml",
        right="""\
  contained:
    description: the brows alone
    anchor: {vad: [-0.4, 0.4, 0.3], basis: made up}
    gain: {mouthFrown: 0.3}
""",
        wrong="",
        find=_few_styles,
    ),
)
