"""Labels that were removed, renamed, added or put in another order."""

from __future__ import annotations

from collections.abc import Iterator

from mien.diff.both import Both
from mien.diff.record import Change, Finding, Places
from mien.diff.rules.names import moved
from mien.diff.rules.rule import MAJOR, MINOR, Rule


def _label_removed(rule: Rule, both: Both) -> Iterator[Finding]:
    labels = both.old.bank.manifest.labels
    for position, label in enumerate(labels):
        if label not in both.labels:
            old = both.old.place("bank", ("labels", position))
            places = Places(old, both.new.place("bank", ("labels",), key=True))
            yield rule.finding(f"the label {label} was removed", places, label=label)


def _label_renamed(rule: Rule, both: Both) -> Iterator[Finding]:
    old, new = both.old.bank.manifest.labels, both.new.bank.manifest.labels
    for was, now in both.labels.items():
        if was != now:
            listed = Places(
                both.old.place("bank", ("labels", old.index(was))),
                both.new.place("bank", ("labels", new.index(now))),
            )
            own = both.label_places(was, now, ("label",))
            yield rule.finding(
                f"the label {was} is now called {now}",
                own,
                label=now,
                changes=(
                    Change(name="label", before=was, after=now, places=own),
                    Change(name="labels", before=was, after=now, places=listed),
                ),
            )


def _labels_reordered(rule: Rule, both: Both) -> Iterator[Finding]:
    old = [both.labels.get(label, label) for label in both.old.bank.manifest.labels]
    new = both.new.bank.manifest.labels
    if moved(old, new):
        places = both.places("bank", ("labels",), key=True)
        change = Change(name="labels", before=", ".join(old), after=", ".join(new), places=places)
        message = "labels have other positions; new labels go to the end of the list"
        yield rule.finding(message, places, changes=(change,))


def _label_added(rule: Rule, both: Both) -> Iterator[Finding]:
    kept = set(both.labels.values())
    for position, label in enumerate(both.new.bank.manifest.labels):
        if label not in kept:
            new = both.new.place("bank", ("labels", position))
            places = Places(both.old.place("bank", ("labels",), key=True), new)
            yield rule.finding(f"the label {label} was added", places, label=label)


RULES = (
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
