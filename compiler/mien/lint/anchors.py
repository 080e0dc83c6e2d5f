"""Intensities and anchors: not too many, and apart from one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.lint.rule import LintRule, distance, emotion_source, shown, source_of
from mien.text.fault import Fault

COINCIDE = 1e-6
"""Metric distance under which two anchors are one point."""

MANY = 50
TOO_MANY = 200

_ROUNDING = 1e-9
"""So that anchors written exactly at the spacing pass it."""


def _many_intensities(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    count = len(bank.manifest.intensities)
    if count > MANY:
        refused = count > TOO_MANY
        yield rule.fault(
            source_of(bank, "bank"),
            ("intensities",),
            message=f"{count} intensities a label; expected at most "
            f"{TOO_MANY if refused else MANY}",
            hint="weights and slopes grow with the number of anchors: keep the ones that differ",
            severity="error" if refused else "",
        )


def _intensity_pairs(bank: AuthoredBank) -> Iterator[tuple[Emotion, tuple[str, str], float]]:
    """Each two intensities of a label and how far apart their anchors are."""
    for emotion in bank.emotions:
        for a, b in combinations(bank.manifest.intensities, 2):
            one, other = emotion.anchors[a].vad, emotion.anchors[b].vad
            yield emotion, (a, b), distance(bank.manifest.metric, one, other)


def _coincide(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion, (a, b), apart in _intensity_pairs(bank):
        if apart < COINCIDE:
            yield rule.fault(
                emotion_source(bank, emotion.label),
                ("anchors", b, "vad"),
                message=f"{emotion.label}: the anchors {a} and {b} are the same point",
                hint="two faces cannot hold at one point: move one of the anchors",
            )
    for emotion in bank.emotions:
        for (a, one), (b, other) in combinations(emotion.styles.items(), 2):
            if distance(bank.manifest.metric, one.anchor.vad, other.anchor.vad) < COINCIDE:
                yield rule.fault(
                    emotion_source(bank, emotion.label),
                    ("styles", b, "anchor", "vad"),
                    message=f"{emotion.label}: the styles {a} and {b} have the same anchor",
                    hint="move one of the anchors, or merge the styles",
                )


def _spacing(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    wanted = bank.manifest.budgets.spacing
    for emotion, (a, b), apart in _intensity_pairs(bank):
        if COINCIDE <= apart < wanted - _ROUNDING:
            yield rule.fault(
                emotion_source(bank, emotion.label),
                ("anchors", b, "vad"),
                message=f"{emotion.label}: the anchors {a} and {b} are {shown(apart)} apart, "
                f"expected at least {shown(wanted)} (`budgets.spacing`)",
                hint=f"move {a} or {b} away from the other: close anchors make the face jump",
            )


RULES = (
    LintRule(
        code="many-intensities",
        title="A label has more than 50 intensities (a warning), or more than 200 (an error).",
        why="The weights that make the face pass through every archetype, and with them the "
        "slopes between the anchors, grow with the number of anchors.",
        mend="Keep the intensities whose faces differ.",
        severity="warning",
        find=_many_intensities,
    ),
    LintRule(
        code="anchors-coincide",
        title="Two intensities, or two styles, of a label have the same anchor.",
        why="The face at an anchor is exactly its archetype, and one point cannot have two faces.",
        mend="Move one of the two, or merge them.",
        file="emotions/glad.yaml",
        right="  mid: {vad: [0.75, 0.35, 0.35], basis: pleased}",
        wrong="  mid: {vad: [0.45, 0.0, 0.2], basis: pleased}",
        find=_coincide,
    ),
    LintRule(
        code="anchor-spacing",
        title="Two intensity anchors of a label are closer than the bank's `budgets.spacing`.",
        why="The face has to go from one archetype to the other within that distance: the closer "
        "the anchors, the more it jumps when VAD is noisy.",
        mend="Move one of the anchors away, in the bank's metric. A point of the literature may "
        "move: say so under `basis`.",
        file="emotions/glad.yaml",
        right="  mid: {vad: [0.75, 0.35, 0.35], basis: pleased}",
        wrong="  mid: {vad: [0.55, 0.05, 0.25], basis: pleased}",
        find=_spacing,
    ),
)
