"""The labels that a bank lists against the files it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mien.authored.complaints import Complaints
from mien.authored.document import Document
from mien.text.fault import Fault
from mien.text.node import Node
from mien.text.peek import items, text, texts
from mien.text.suggest import meant_label


def check_labels(
    manifest: Node, files: Collection[str], documents: Mapping[str, Document]
) -> list[Fault]:
    """Labels without a file and files without a label; a mistyped name is one fault, not two.

    ``files`` are the names of all label files, ``documents`` those that could be read.
    """
    listed = texts(manifest, "labels")
    unlisted = sorted(set(files) - set(listed))
    complaints = Complaints(root=manifest)
    meant: set[str] = set()
    for position in range(len(items(manifest, "labels"))):
        label = text(manifest, "labels", position)
        if label is None or label in files:
            continue
        close = meant_label(label, unlisted)
        meant.update([close] if close else [])
        complaints.at_value(
            ("labels", position),
            "missing-label",
            f"the label {label} has no file emotions/{label}.yaml",
            f"did you mean {close}?" if close else "write it, or take the label off the list",
        )
    faults = complaints.faults
    for stem in unlisted:
        if stem in documents and stem not in meant and listed:
            faults.extend(_undeclared(documents[stem].root, stem, listed))
    return faults


def _undeclared(root: Node, stem: str, listed: Collection[str]) -> list[Fault]:
    complaints = Complaints(root=root)
    close = meant_label(stem, tuple(listed))
    complaints.at_key(
        ("label",),
        "undeclared-label",
        f"the labels in the bank's manifest do not list {stem}",
        f"did you mean {close}?" if close else "add it to labels, or remove the file",
    )
    return complaints.faults
