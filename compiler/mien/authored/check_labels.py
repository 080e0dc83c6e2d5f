"""The labels that a bank lists against the files it has."""

from __future__ import annotations

from collections.abc import Iterable

from mien.authored.complaints import Complaints
from mien.text.fault import Fault
from mien.text.node import Node, ScalarNode
from mien.text.peek import items
from mien.text.suggest import nearest
from mien.text.where import key_place


def missing_files(manifest: Node, stems: Iterable[str]) -> Complaints:
    """Labels of the manifest that have none of the files ``stems`` under emotions/."""
    complaints = Complaints(root=manifest)
    there = set(stems)
    listed = {item.value for item in items(manifest, "labels") if isinstance(item, ScalarNode)}
    spare = sorted(there - {str(label) for label in listed})
    for position, item in enumerate(items(manifest, "labels")):
        if not isinstance(item, ScalarNode) or not isinstance(item.value, str):
            continue
        label = item.value
        if label in there:
            continue
        close = nearest(label, spare)
        complaints.at_value(
            ("labels", position),
            "missing-label",
            f"the label {label} has no file emotions/{label}.yaml",
            f"did you mean {close}?" if close else "write it, or take the label off the list",
        )
    return complaints


def undeclared(root: Node, stem: str, labels: Iterable[str]) -> list[Fault]:
    """The fault of a file whose label the bank does not list."""
    listed = list(labels)
    if stem in listed:
        return []
    close = nearest(stem, listed)
    return [
        Fault(
            place=key_place(root, ("label",)),
            path="label",
            code="undeclared-label",
            message=f"the labels in the bank's manifest do not list {stem}",
            hint=f"did you mean {close}?" if close else "add it to labels, or remove the file",
        )
    ]
