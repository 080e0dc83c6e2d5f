"""Anchors: inside the cube, apart from one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Anchor, Emotion
from mien.lint.metric import distance
from mien.lint.numbers import shown
from mien.lint.source import emotion_source
from mien.text.fault import Fault
from mien.text.where import Path

COINCIDE = 1e-6
"""Metric distance under which two anchors are one point."""

_ROUNDING = 1e-9
"""So that anchors written exactly at the spacing pass it."""

_AXES = ("valence", "arousal", "dominance")


def _intensity_anchors(bank: AuthoredBank, emotion: Emotion) -> dict[str, Anchor]:
    return {
        name: emotion.anchors[name] for name in bank.manifest.intensities if name in emotion.anchors
    }


def _places(anchors: Mapping[str, Anchor], emotion: Emotion) -> Iterator[tuple[Path, Anchor]]:
    for name, anchor in anchors.items():
        yield ("anchors", name, "vad"), anchor
    for name, style in emotion.styles.items():
        yield ("styles", name, "anchor", "vad"), style.anchor


def anchors_inside_cube(bank: AuthoredBank) -> Iterator[Fault]:
    """`anchor-outside`: valence, arousal and dominance lie in [-1, 1]."""
    for emotion in bank.emotions:
        for path, anchor in _places(emotion.anchors, emotion):
            for position, (axis, value) in enumerate(zip(_AXES, anchor.vad, strict=True)):
                if not -1 <= value <= 1:
                    yield emotion_source(bank, emotion.label).fault(
                        (*path, position),
                        code="anchor-outside",
                        message=f"{axis} is {shown(value)}, expected -1 to 1",
                        hint="move the anchor into the cube",
                    )


def anchors_differ(bank: AuthoredBank) -> Iterator[Fault]:
    """`anchors-coincide`: two intensities, or two styles, of a label at one point."""
    for emotion in bank.emotions:
        styles = {name: style.anchor for name, style in emotion.styles.items()}
        intensities = _intensity_anchors(bank, emotion)
        for (a, first), (b, second) in combinations(intensities.items(), 2):
            if distance(bank.manifest.metric, first.vad, second.vad) < COINCIDE:
                yield emotion_source(bank, emotion.label).fault(
                    ("anchors", b, "vad"),
                    code="anchors-coincide",
                    message=f"{emotion.label}: the anchors {a} and {b} are the same point",
                    hint="two faces cannot hold at one point: move one of the anchors",
                )
        for (a, first), (b, second) in combinations(styles.items(), 2):
            if distance(bank.manifest.metric, first.vad, second.vad) < COINCIDE:
                yield emotion_source(bank, emotion.label).fault(
                    ("styles", b, "anchor", "vad"),
                    code="anchors-coincide",
                    message=f"{emotion.label}: the styles {a} and {b} have the same anchor",
                    hint="move one of the anchors, or merge the styles",
                )


def anchors_spaced(bank: AuthoredBank) -> Iterator[Fault]:
    """`anchor-spacing`: intensity anchors of a label keep the bank's distance."""
    wanted = bank.manifest.budgets.spacing
    for emotion in bank.emotions:
        anchors = _intensity_anchors(bank, emotion)
        for (a, first), (b, second) in combinations(anchors.items(), 2):
            apart = distance(bank.manifest.metric, first.vad, second.vad)
            if COINCIDE <= apart < wanted - _ROUNDING:
                yield emotion_source(bank, emotion.label).fault(
                    ("anchors", b, "vad"),
                    code="anchor-spacing",
                    message=f"{emotion.label}: the anchors {a} and {b} are {shown(apart)} apart, "
                    f"expected at least {shown(wanted)} (`budgets.spacing`)",
                    hint="move one of them away: close anchors make the face jump between them",
                )
