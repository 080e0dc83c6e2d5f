"""Intensities that were removed, added or put in another order."""

from __future__ import annotations

from collections.abc import Iterator

from mien.authored.emotion import Emotion
from mien.diff.both import Both
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.names import gone
from mien.diff.rules.rule import MAJOR, Rule


def _intensity_removed(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.manifest.intensities, both.new.bank.manifest.intensities
    for name in gone(old, new):
        places = Places(
            both.old.place("bank", ("intensities", old.index(name))),
            both.new.place("bank", ("intensities",), key=True),
        )
        changes = tuple(_anchors(both, name))
        yield rule.finding(f"the intensity {name} was removed", places, at=name, changes=changes)


def _intensity_added(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.manifest.intensities, both.new.bank.manifest.intensities
    for name in gone(new, old):
        places = Places(
            both.old.place("bank", ("intensities",), key=True),
            both.new.place("bank", ("intensities", new.index(name))),
        )
        message = f"the intensity {name} was added: intensities from 0 to 1 mean other points"
        yield rule.finding(message, places, at=name, changes=tuple(_anchors(both, name)))


def _intensities_reordered(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.manifest.intensities, both.new.bank.manifest.intensities
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        places = both.places("bank", ("intensities",), key=True)
        change = Change(
            name="intensities", before=", ".join(old), after=", ".join(new), places=places
        )
        yield rule.finding("intensities have another order", places, changes=(change,))


def _anchors(both: Both, intensity: str) -> Iterator[Change]:
    """The anchor that each label loses or gets."""
    for old, new in both.kept:
        yield Change(
            name=new.label,
            before=_vad(old, intensity),
            after=_vad(new, intensity),
            places=both.label_places(old.label, new.label, ("anchors", intensity), key=True),
        )


def _vad(emotion: Emotion, intensity: str) -> str | None:
    anchor = emotion.anchors.get(intensity)
    return None if anchor is None else " ".join(f"{axis:g}" for axis in anchor.vad)


RULES = (
    Rule(
        code="intensity-removed",
        title="The bank lost an intensity.",
        why="Whoever asks for the intensity gets an error.",
        right="intensities: [low, mid, high, peak]",
        wrong="intensities: [low, mid, high]",
        categories=MAJOR,
        find=_intensity_removed,
    ),
    Rule(
        code="intensity-added",
        title="The bank has a new intensity.",
        why="A number between 0 and 1 along the intensities means another point.",
        right="intensities: [low, mid, high]",
        wrong="intensities: [low, mid, high, peak]",
        categories=MAJOR,
        find=_intensity_added,
    ),
    Rule(
        code="intensities-reordered",
        title="The intensities have another order.",
        why="The way from the weakest to the strongest leads along other points.",
        right="intensities: [low, mid, high]",
        wrong="intensities: [mid, low, high]",
        categories=MAJOR,
        find=_intensities_reordered,
    ),
)
