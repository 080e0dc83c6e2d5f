"""Intensities and anchors: all there, inside the cube, apart from one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Anchor, Emotion
from mien.lint.rule import LintRule, distance, emotion_source, shown, source_of
from mien.text.fault import Fault
from mien.text.node import Path

COINCIDE = 1e-6
"""Metric distance under which two anchors are one point."""

MANY = 50
TOO_MANY = 200

_ROUNDING = 1e-9
"""So that anchors written exactly at the spacing pass it."""

_AXES = ("valence", "arousal", "dominance")


def _blocks(emotion: Emotion) -> Iterator[tuple[str, Collection[str]]]:
    yield "anchors", emotion.anchors
    yield "archetypes", emotion.archetypes


def _missing(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion in bank.emotions:
        for block, present in _blocks(emotion):
            if rule.code != f"{block[:-1]}-missing":
                continue
            for name in bank.manifest.intensities:
                if name not in present:
                    yield rule.fault(
                        emotion_source(bank, emotion.label),
                        (block,),
                        message=f"{emotion.label} has nothing for the intensity {name}",
                        hint=f"add `{name}` under `{block}`",
                    )


def _other_intensity(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    known = bank.manifest.intensities
    for emotion in bank.emotions:
        for block, present in _blocks(emotion):
            for name in present:
                if name not in known:
                    yield rule.fault(
                        emotion_source(bank, emotion.label),
                        (block, name),
                        message=f"{name} is not an intensity of this bank: {', '.join(known)}",
                        hint="rename it, or list it under `intensities` in the bank's manifest",
                    )


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


def _outside(rule: LintRule, bank: AuthoredBank) -> Iterator[Fault]:
    for emotion in bank.emotions:
        for path, anchor in _places(emotion):
            for position, (axis, value) in enumerate(zip(_AXES, anchor.vad, strict=True)):
                if not -1 <= value <= 1:
                    yield rule.fault(
                        emotion_source(bank, emotion.label),
                        (*path, position),
                        message=f"{axis} is {shown(value)}, expected -1 to 1",
                        hint="move the anchor into the cube",
                    )


def _places(emotion: Emotion) -> Iterator[tuple[Path, Anchor]]:
    for name, anchor in emotion.anchors.items():
        yield ("anchors", name, "vad"), anchor
    for name, style in emotion.styles.items():
        yield ("styles", name, "anchor", "vad"), style.anchor


def _intensity_pairs(
    bank: AuthoredBank,
) -> Iterator[tuple[Emotion, tuple[str, str], float]]:
    """Each two intensities of a label and how far apart their anchors are."""
    for emotion in bank.emotions:
        names = [name for name in bank.manifest.intensities if name in emotion.anchors]
        for a, b in combinations(names, 2):
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
        code="anchor-missing",
        title="A label has no anchor at an intensity of the bank.",
        why="Without a point in VAD the archetype of that intensity is a face that nobody can ask "
        "for.",
        mend="Write the anchor, with the reason for its place under `basis`.",
        find=_missing,
    ),
    LintRule(
        code="archetype-missing",
        title="A label has no archetype at an intensity of the bank.",
        why="Every label answers at every intensity; an anchor without a face cannot be solved "
        "for.",
        mend="Write the archetype; `{}` is the face at rest.",
        find=_missing,
    ),
    LintRule(
        code="intensity-unknown",
        title="An anchor or archetype has an intensity that the bank does not list.",
        why="It would never be compiled, and the one that was meant is missing.",
        mend="Spell the intensity as in `bank.yaml`, or add it there for all labels.",
        find=_other_intensity,
    ),
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
        code="anchor-outside",
        title="An anchor lies outside the VAD cube.",
        why="Valence, arousal and dominance are numbers from -1 to 1; a point outside can never be "
        "asked for.",
        mend="Move the anchor into the cube.",
        find=_outside,
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
