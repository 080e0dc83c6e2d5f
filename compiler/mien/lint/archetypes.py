"""Archetypes: faces that the compiled bank can give back bit for bit."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.bank import AuthoredBank, enforced_pairs
from mien.lint.rule import LintRule, archetypes, shown, single
from mien.text.fault import Fault
from mien.text.node import MappingNode, find


def _antagonists(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    """In float32: then, and only then, conflict leaves both channels of a pair as they are."""
    pairs = tuple(enforced_pairs(bank))
    for _, source, intensity, weights in archetypes(bank):
        for antagonist, cap in pairs:
            a, b = antagonist.pair
            x, y = weights.get(a, 0.0), weights.get(b, 0.0)
            smaller, weight = (a, x) if x <= y else (b, y)
            if single(weight) > single(cap):
                yield rule.fault(
                    source,
                    source.weight(("archetypes", intensity), smaller),
                    message=f"{a} {shown(x)} and {b} {shown(y)} exclude each other "
                    f"({antagonist.kind.value}): {antagonist.reason}; "
                    f"expected the smaller to be at most {shown(cap)}",
                    hint=f"lower {smaller} to {shown(cap)}",
                )


def _ceilings(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    """In float32, as the engine compares."""
    for _, source, intensity, weights in archetypes(bank):
        for ceiling in bank.rig.ceilings:
            weight = weights.get(ceiling.channel, 0.0)
            above = weights.get(ceiling.under, 0.0)
            limit = single(single(above) + single(ceiling.slack))
            if single(weight) > limit:
                yield rule.fault(
                    source,
                    source.weight(("archetypes", intensity), ceiling.channel),
                    message=f"{ceiling.channel} is {shown(weight)} while {ceiling.under} is "
                    f"{shown(above)}, expected at most {_at_most(limit)}: "
                    f"{ceiling.reason}",
                    hint=f"lower {ceiling.channel} or raise {ceiling.under}",
                )


def _at_most(limit: float) -> str:
    """The limit, rounded down where rounding up would pass it. Limits that matter are under 1."""
    text = shown(limit)
    return text if single(float(text)) <= limit else shown(limit - 1e-4)


def _conjugates(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for _, source, intensity, weights in archetypes(bank):
        for conjugate in bank.rig.conjugates:
            values = {name: weights.get(name, 0.0) for name in conjugate.channels}
            if len({single(value) for value in values.values()}) > 1:
                written = ", ".join(f"{name} {shown(value)}" for name, value in values.items())
                largest = max(values, key=values.__getitem__)
                yield rule.fault(
                    source,
                    source.weight(("archetypes", intensity), largest),
                    message=f"{written} are one movement ({conjugate.reason}), "
                    "expected equal weights",
                    hint="give them one weight" + _shorthand(bank, frozenset(values)),
                )


def _shorthand(bank: AuthoredBank, channels: frozenset[str]) -> str:
    for name, members in bank.rig.shorthands.items():
        if channels == frozenset(members):
            return f", for instance with the shorthand `{name}`"
    return ""


def _neutral_rest(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    middle = bank.manifest.intensities[len(bank.manifest.intensities) // 2]
    for emotion, source, intensity, weights in archetypes(bank):
        if emotion.label != "neutral" or intensity != middle:
            continue
        for channel, weight in weights.items():
            if weight != 0:
                yield rule.fault(
                    source,
                    source.weight(("archetypes", middle), channel),
                    message=f"neutral.{middle} is the face at rest, but {channel} is "
                    f"{shown(weight)}; expected 0",
                    hint="remove the channel here; low and high may have small weights",
                )


def _idle_shorthands(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for _, source, intensity, _ in archetypes(bank):
        written = source.root and find(source.root, ("archetypes", intensity))
        if not isinstance(written, MappingNode):
            continue
        names = {entry.name for entry in written.entries}
        for shorthand, members in bank.rig.shorthands.items():
            if shorthand in names and names.issuperset(members):
                yield rule.fault(
                    source,
                    ("archetypes", intensity, shorthand),
                    message=f"{shorthand} changes nothing: {' and '.join(members)} are written too",
                    hint=f"remove {shorthand}, or the channels that are to have its weight",
                )


RULES = (
    LintRule(
        code="antagonists",
        title="An archetype uses two channels that exclude each other.",
        why="A lip corner cannot go up and down at once. The compiled bank lowers such pairs to "
        "the cap of the rig (0 for a hard pair), so the face would not be the one that was "
        "written.",
        mend="Lower the smaller of the two weights to the cap. For a near or soft pair the bank "
        "may say otherwise, with a reason, under `antagonists.overrides` in rules.yaml.",
        file="emotions/glad.yaml",
        right="  low:\n    mouthSmile: 0.3",
        wrong="  low:\n    mouthSmile: 0.3\n    mouthFrown: 0.1",
        find=_antagonists,
    ),
    LintRule(
        code="ceiling",
        title="A channel of an archetype passes the channel that limits it.",
        why="Some channels only undo another one: mouthClose shuts the lips of an open jaw. Past "
        "the rig's slack the mesh folds, so the compiled bank lowers the channel and the face "
        "would not be the one that was written.",
        mend="Lower the channel, or raise the one above it.",
        file="emotions/calm.yaml",
        right="  low: {jawOpen: 0.12}",
        wrong="  low: {jawOpen: 0.12, mouthClose: 0.3}",
        find=_ceilings,
    ),
    LintRule(
        code="conjugates",
        title="An archetype gives the channels of one movement different weights.",
        why="Both eyes look the same way, so their channels move as one; the rig lists such "
        "movements under `conjugates`.",
        mend="Give the channels one weight, by their shorthand where there is one.",
        file="emotions/cross.yaml",
        right="  low: {browDown: 0.25, mouthFrown: 0.15}",
        wrong="  low: {browDown: 0.25, browDownLeft: 0.2, mouthFrown: 0.15}",
        find=_conjugates,
    ),
    LintRule(
        code="neutral-rest",
        title="The label neutral is not at rest at its middle intensity.",
        why="neutral at the middle is the face that everything else departs from: every channel is "
        "0 there.",
        mend="Remove the channel from that archetype; low and high may have small weights.",
        find=_neutral_rest,
    ),
    LintRule(
        code="idle-shorthand",
        title="A shorthand beside all the channels that it stands for.",
        why="A channel's own name comes before a shorthand, whose weight is nowhere.",
        mend="Remove the shorthand, or the channels that are to have its weight.",
        severity="warning",
        file="emotions/glad.yaml",
        right="    mouthSmileLeft: 0.75\n",
        wrong="    mouthSmileLeft: 0.75\n    mouthSmileRight: 0.7\n",
        find=_idle_shorthands,
    ),
)
