"""The two banks of a comparison, and what corresponds to what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from attrs import evolve, frozen

from mien.authored.bank import AuthoredBank
from mien.authored.emotion import Emotion
from mien.diff.pairing import pair_labels, pair_styles
from mien.diff.record import Change, Places
from mien.diff.side import Side
from mien.diff.surface import Effect, effects, styled_effect, worst
from mien.engine.registry import get_engine
from mien.errors import SourceError
from mien.lint.rule import by_shorthand
from mien.text.where import Path


@frozen(kw_only=True, eq=False, slots=False)
class Both:
    """Two sides that tell the same things: either both have sources, or neither."""

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
        return Places(
            self.old.place(stem, path, key=key),
            self.new.place(stem, path, key=key),
        )

    def label_places(self, old: str, new: str, path: Path = (), *, key: bool = False) -> Places:
        """Where ``path`` stands in the files of a label that may have been renamed."""
        return Places(
            self.old.place(f"emotions/{old}", path, key=key),
            self.new.place(f"emotions/{new}", path, key=key),
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
                return worst(self.effects.values())
            return styled_effect(old.tables, changed)
        return worst(self.effects.values())

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
