"""Lists whose order counts: channels, intensities and labels that were removed, added or moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.authored.emotion import Emotion
from mien.diff.pair import BankPair
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.rule import MAJOR, MINOR, Rule


def gone(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The names of ``old`` that are not in ``new``."""
    return [name for name in old if name not in new]


def moved(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether names that stayed have another order, or stand behind names that were added.

    Positions after a name that was removed shift too: that is the removal's doing.
    """
    kept = [name for name in old if name in new]
    return kept != list(new[: len(kept)])


def _removed_from(banks: BankPair, stem: str, key: str, position: int) -> Places:
    """Where an item stood, and the list that it is no more in."""
    return Places(banks.old.place(stem, (key, position)), banks.new.place(stem, (key,), key=True))


def _added_to(banks: BankPair, stem: str, key: str, position: int) -> Places:
    """The list that an item was not in, and where it stands."""
    return Places(banks.old.place(stem, (key,), key=True), banks.new.place(stem, (key, position)))


def _channel_removed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rig.names, banks.new.bank.rig.names
    for name in gone(old, new):
        places = _removed_from(banks, "rig", "channels", old.index(name))
        yield rule.finding(f"the channel {name} was removed", places)


def _channel_added(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rig.names, banks.new.bank.rig.names
    for name in gone(new, old):
        places = _added_to(banks, "rig", "channels", new.index(name))
        yield rule.finding(f"the channel {name} was added", places)


def _channels_reordered(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.rig.names, banks.new.bank.rig.names
    if moved(old, new):
        first = next(
            position
            for position, (one, other) in enumerate(zip(old, new, strict=False))
            if one != other
        )
        places = banks.places("rig", ("channels", first))
        message = f"channels have other positions, from number {first} on"
        change = Change(
            name=f"channels[{first}]", before=old[first], after=new[first], places=places
        )
        yield rule.finding(message, places, changes=(change,))


def _intensity_removed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.intensities, banks.new.bank.manifest.intensities
    for name in gone(old, new):
        places = _removed_from(banks, "bank", "intensities", old.index(name))
        changes = tuple(_anchors(banks, name))
        yield rule.finding(f"the intensity {name} was removed", places, at=name, changes=changes)


def _intensity_added(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.intensities, banks.new.bank.manifest.intensities
    for name in gone(new, old):
        places = _added_to(banks, "bank", "intensities", new.index(name))
        message = f"the intensity {name} was added: intensities from 0 to 1 mean other points"
        yield rule.finding(message, places, at=name, changes=tuple(_anchors(banks, name)))


def _intensities_reordered(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.intensities, banks.new.bank.manifest.intensities
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        places = banks.places("bank", ("intensities",), key=True)
        change = Change(
            name="intensities", before=", ".join(old), after=", ".join(new), places=places
        )
        yield rule.finding("intensities have another order", places, changes=(change,))


def _anchors(banks: BankPair, intensity: str) -> Iterator[Change]:
    """The anchor that each label loses or gets."""
    for old, new in banks.kept:
        yield Change(
            name=new.label,
            before=_vad(old, intensity),
            after=_vad(new, intensity),
            places=banks.label_places(old.label, new.label, ("anchors", intensity), key=True),
        )


def _vad(emotion: Emotion, intensity: str) -> str | None:
    anchor = emotion.anchors.get(intensity)
    return None if anchor is None else " ".join(f"{axis:g}" for axis in anchor.vad)


def _label_removed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    for position, label in enumerate(banks.old.bank.manifest.labels):
        if label not in banks.labels:
            places = _removed_from(banks, "bank", "labels", position)
            yield rule.finding(f"the label {label} was removed", places, label=label)


def _label_renamed(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old, new = banks.old.bank.manifest.labels, banks.new.bank.manifest.labels
    for was, now in banks.labels.items():
        if was != now:
            listed = Places(
                banks.old.place("bank", ("labels", old.index(was))),
                banks.new.place("bank", ("labels", new.index(now))),
            )
            own = banks.label_places(was, now, ("label",))
            yield rule.finding(
                f"the label {was} is now called {now}",
                own,
                label=now,
                changes=(
                    Change(name="label", before=was, after=now, places=own),
                    Change(name="labels", before=was, after=now, places=listed),
                ),
            )


def _labels_reordered(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    old = [banks.labels.get(label, label) for label in banks.old.bank.manifest.labels]
    new = banks.new.bank.manifest.labels
    if moved(old, new):
        places = banks.places("bank", ("labels",), key=True)
        change = Change(name="labels", before=", ".join(old), after=", ".join(new), places=places)
        message = "labels have other positions; new labels go to the end of the list"
        yield rule.finding(message, places, changes=(change,))


def _label_added(rule: Rule, banks: BankPair) -> Iterator[Finding]:
    kept = set(banks.labels.values())
    for position, label in enumerate(banks.new.bank.manifest.labels):
        if label not in kept:
            places = _added_to(banks, "bank", "labels", position)
            yield rule.finding(f"the label {label} was added", places, label=label)


RULES = (
    Rule(
        code="channel-removed",
        title="The rig lost a channel.",
        why="Faces have fewer numbers, and the others stand elsewhere.",
        right="  - {name: jawOpen, class: LIPSYNC}\n  - {name: tongueOut, class: LIPSYNC}",
        wrong="  - {name: jawOpen, class: LIPSYNC}",
        categories=MAJOR,
        find=_channel_removed,
    ),
    Rule(
        code="channel-added",
        title="The rig has a new channel.",
        why="Faces have more numbers than their readers have room for.",
        right="  - {name: mouthFrownRight, class: SHARED}",
        wrong="  - {name: mouthFrownRight, class: SHARED}\n"
        "  - {name: cheekPuff, class: EXPRESSION}",
        file="rigs/small.yaml",
        categories=MAJOR,
        find=_channel_added,
    ),
    Rule(
        code="channels-reordered",
        title="Channels have other positions in a face.",
        why="A number at some position of a face moves another part of it.",
        right="  - {name: jawOpen, class: LIPSYNC}\n  - {name: mouthClose, class: LIPSYNC}",
        wrong="  - {name: mouthClose, class: LIPSYNC}\n  - {name: jawOpen, class: LIPSYNC}",
        file="rigs/small.yaml",
        categories=MAJOR,
        find=_channels_reordered,
    ),
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
    Rule(
        code="label-removed",
        title="The bank lost a label.",
        why="Whoever asks for the label gets an error.",
        right="labels: [calm, glad, cross]",
        wrong="labels: [calm, glad]",
        categories=MAJOR,
        find=_label_removed,
    ),
    Rule(
        code="label-renamed",
        title="A label has another name, and the same faces.",
        why="Whoever asks for the old name gets an error, though the faces are still there.",
        right="labels: [calm, glad, cross]",
        wrong="labels: [calm, glad, angry]",
        categories=MAJOR,
        find=_label_renamed,
    ),
    Rule(
        code="labels-reordered",
        title="Labels have other positions.",
        why="Label positions, as in batches and one-hot conditions, mean other labels.",
        right="labels: [calm, glad, cross]",
        wrong="labels: [calm, cross, glad]",
        file="bank.yaml",
        categories=MAJOR,
        find=_labels_reordered,
    ),
    Rule(
        code="label-added",
        title="The bank has a new label.",
        why="Nobody has asked for it yet.",
        right="labels: [calm, glad]",
        wrong="labels: [calm, glad, cross]",
        categories=MINOR,
        find=_label_added,
    ),
)
