"""The two banks of a comparison, and which label and style of one is which of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion, Style, Vad, Weights
from mien.diff.record import Change, Places
from mien.diff.side import Side
from mien.diff.surface import ALIKE, NEAR, Effect, effects, gravest, styled_effect
from mien.engine.registry import get_engine
from mien.errors import SourceError
from mien.lint.rule import by_shorthand
from mien.text.node import Path


@frozen(kw_only=True, eq=False, slots=False)
class BankPair:
    """Two sides that hold the same things: either both have sources, or neither."""

    old: Side
    new: Side

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Old label to new label, for all that are in both, renamed or not."""
        return pair_labels(self.old.bank, self.new.bank)

    @cached_property
    def kept(self) -> tuple[tuple[Emotion, Emotion], ...]:
        """The labels that are in both, in the order of the new bank."""
        before = {emotion.label: emotion for emotion in self.old.bank.emotions}
        was = {now: name for name, now in self.labels.items()}
        return tuple(
            (before[was[emotion.label]], emotion)
            for emotion in self.new.bank.emotions
            if emotion.label in was
        )

    @cached_property
    def styles(self) -> Mapping[str, Mapping[str, str]]:
        """By new label: old style to new style."""
        return {new.label: pair_styles(old, new, self.channels) for old, new in self.kept}

    @cached_property
    def channels(self) -> int:
        """How many channels the two banks have together."""
        return len({*self.old.bank.rig.names, *self.new.bank.rig.names})

    @cached_property
    def intensities(self) -> tuple[str, ...]:
        """The intensities that are in both, in the order of the new bank."""
        before = self.old.bank.manifest.intensities
        return tuple(name for name in self.new.bank.manifest.intensities if name in before)

    @cached_property
    def effects(self) -> Mapping[str, Effect]:
        """What all changes together do to each kept label's faces, by its new name."""
        return effects(self.old.tables, self.new.tables, self.labels)

    def places(self, stem: str, path: Path = (), *, key: bool = False) -> Places:
        """Where ``path`` stands in the same document of both."""
        return Places(self.old.place(stem, path, key=key), self.new.place(stem, path, key=key))

    def label_places(
        self, old: str, new: str, path: Path, now: Path | None = None, *, key: bool = False
    ) -> Places:
        """Where ``path``, in the new file ``now``, stands in those of a label, renamed or not."""
        return Places(
            self.old.place(f"emotions/{old}", path, key=key),
            self.new.place(f"emotions/{new}", path if now is None else now, key=key),
        )

    def weight_places(self, old: str, new: str, heads: tuple[Path, Path], channel: str) -> Places:
        """Where a label has a channel under the old one of ``heads``, and under the new one."""
        return Places(
            self.old.weight_place(old, heads[0], channel),
            self.new.weight_place(new, heads[1], channel),
        )

    def effect_of(self, change: Callable[[AuthoredBank, AuthoredBank], AuthoredBank]) -> Effect:
        """What a part of the changes does to faces: that of the old bank with the part changed.

        Plain and styled faces count. ``change`` makes that bank of the old and the new one; where
        it cannot be made or compiled, all changes together answer, on plain faces.
        """
        old, new = self.old, self.new
        if old.sourced and old.bank.rig.names == new.bank.rig.names:
            try:
                changed = get_engine(old.tables.engine).compile_tables(change(old.bank, new.bank))
            except SourceError:
                return gravest(self.effects.values())
            return styled_effect(old.tables, changed)
        return gravest(self.effects.values())

    def folded(self, changes: Iterable[Change], prefix: str = "") -> tuple[Change, ...]:
        """Changes by channel, a shorthand in place of members that moved alike, largest first.

        ``prefix`` is put before every name.
        """
        shorthands = self.new.bank.rig.shorthands
        by_channel = {change.name: change for change in changes}
        texts = {name: f"{one.before!r} {one.after!r}" for name, one in by_channel.items()}
        folded: list[Change] = []
        for name in by_shorthand(self.new.bank.rig, texts):
            members = shorthands.get(name, (name,))
            first = next(change for one, change in by_channel.items() if one in members)
            folded.append(evolve(first, name=prefix + name))
        return tuple(sorted(folded, key=lambda change: -change.size))


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


def in_style(face: Weights, style: Style) -> Weights:
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
    gravest = 0.0
    for name in intensities:
        apart = mean_apart(old.archetypes[name], new.archetypes[name], channels)
        if apart > ALIKE or not _near(old.anchors[name].vad, new.anchors[name].vad):
            return None
        gravest = max(gravest, apart)
    return gravest


def _styles_apart(old: Style, new: Style, emotion: Emotion, channels: int) -> float | None:
    if not _near(old.anchor.vad, new.anchor.vad):
        return None
    apart = max(
        mean_apart(in_style(face, old), in_style(face, new), channels)
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
