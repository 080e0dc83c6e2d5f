"""Which label and style of one bank is which of the other: by name, or renamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion, Style, Vad, Weights
from mien.diff.thresholds import ALIKE, NEAR


def pair_labels(old: AuthoredBank, new: AuthoredBank) -> Mapping[str, str]:
    """Old label to new label, for all that are in both; one that was renamed keeps its content."""
    before = {emotion.label: emotion for emotion in old.emotions}
    after = {emotion.label: emotion for emotion in new.emotions}
    channels = len({*old.rig.names, *new.rig.names})
    shared = tuple(name for name in old.manifest.intensities if name in new.manifest.intensities)
    alike = (
        (apart, was, now)
        for was in before.keys() - after.keys()
        for now in after.keys() - before.keys()
        if (apart := _labels_apart(before[was], after[now], shared, channels)) is not None
    )
    return {**{name: name for name in before if name in after}, **_closest_first(alike)}


def pair_styles(old: Emotion, new: Emotion, channels: int) -> Mapping[str, str]:
    """Old style to new style of one label, for all that are in both."""
    alike = (
        (apart, was, now)
        for was in old.styles.keys() - new.styles.keys()
        for now in new.styles.keys() - old.styles.keys()
        if (apart := _styles_apart(old.styles[was], new.styles[now], old, channels)) is not None
    )
    kept = {name: name for name in old.styles if name in new.styles}
    return {**kept, **_closest_first(alike)}


def mean_apart(one: Weights, other: Weights, channels: int) -> float:
    """Mean |difference| of two faces over so many channels."""
    return sum(differences(one, other).values()) / channels


def differences(one: Weights, other: Weights) -> dict[str, float]:
    """|difference| by channel, where either is not at rest."""
    names = dict.fromkeys((*one, *other))
    return {name: abs(one.get(name, 0.0) - other.get(name, 0.0)) for name in names}


def worn(face: Weights, style: Style) -> Weights:
    """A face in a style, conflicts left alone: gain times weight plus offset, held to [0, 1]."""
    names = dict.fromkeys((*face, *style.offset))
    return {
        name: min(
            1.0,
            max(0.0, style.gain.get(name, 1.0) * face.get(name, 0.0) + style.offset.get(name, 0.0)),
        )
        for name in names
    }


def _labels_apart(
    old: Emotion, new: Emotion, intensities: Iterable[str], channels: int
) -> float | None:
    """How unlike two labels are, or None where they cannot be the same."""
    worst = 0.0
    for name in intensities:
        apart = mean_apart(old.archetypes[name], new.archetypes[name], channels)
        if apart > ALIKE or not _near(old.anchors[name].vad, new.anchors[name].vad):
            return None
        worst = max(worst, apart)
    return worst


def _styles_apart(old: Style, new: Style, emotion: Emotion, channels: int) -> float | None:
    if not _near(old.anchor.vad, new.anchor.vad):
        return None
    apart = max(
        mean_apart(worn(face, old), worn(face, new), channels)
        for face in emotion.archetypes.values()
    )
    return apart if apart <= ALIKE else None


def _near(one: Vad, other: Vad) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def _closest_first(alike: Iterable[tuple[float, str, str]]) -> Mapping[str, str]:
    """Each old and each new name once, the most alike first."""
    return dict(_taken(sorted(alike)))


def _taken(alike: Iterable[tuple[float, str, str]]) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for _, was, now in alike:
        if ("old", was) not in seen and ("new", now) not in seen:
            seen |= {("old", was), ("new", now)}
            yield was, now
