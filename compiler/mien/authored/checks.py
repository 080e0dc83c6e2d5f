"""What a schema cannot say about the labels, emotions and rules of a bank."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mien.authored.bank import Document
from mien.authored.rig_checks import Complaints, RigNames, check_channel_items, check_channel_keys
from mien.text.fault import Fault
from mien.text.node import Node, Path, ScalarNode, at, entries, items, text, texts
from mien.text.suggest import did_you_mean, meant_label, nearest


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
        message = f"the label {label} has no file emotions/{label}.yaml"
        hint = f"did you mean {close}?" if close else "write it, or take the label off the list"
        complaints.at_value(("labels", position), "missing-label", message, hint)
    faults = complaints.faults
    for stem in unlisted:
        if stem in documents and stem not in meant and listed:
            faults.extend(_undeclared(documents[stem].root, stem, listed))
    return faults


def _undeclared(root: Node, stem: str, listed: Collection[str]) -> list[Fault]:
    complaints = Complaints(root=root)
    close = meant_label(stem, tuple(listed))
    message = f"the labels in the bank's manifest do not list {stem}"
    hint = f"did you mean {close}?" if close else "add it to labels, or remove the file"
    complaints.at_key(("label",), "undeclared-label", message, hint)
    return complaints.faults


def check_emotion(root: Node, stem: str, intensities: Sequence[str]) -> Complaints:
    """Label, intensities and styles; ``stem`` is the name of the file."""
    complaints = Complaints(root=root)
    label = text(root, "label")
    if label is not None and label != stem:
        message = f"the file is called {stem}, its label is {label}"
        complaints.at_value(("label",), "label-mismatch", message, "rename one of the two")
    if intensities:
        for part in ("anchors", "archetypes"):
            _intensities(complaints, part, intensities)
        for entry in entries(root, "styles"):
            if entry.name in intensities:
                message = f"{entry.name} is an intensity of the bank"
                hint = "call the style something else"
                complaints.at_key(("styles", entry.name), "style-is-intensity", message, hint)
    return complaints


def check_emotion_channels(root: Node, rig: RigNames) -> Complaints:
    """Channels and action units that the rig must know."""
    complaints = Complaints(root=root)
    for entry in entries(root, "archetypes"):
        check_channel_keys(complaints, ("archetypes", entry.name), rig)
    for entry in entries(root, "styles"):
        for part in ("gain", "offset"):
            check_channel_keys(complaints, ("styles", entry.name, part), rig)
    check_channel_keys(complaints, ("speech", "channels"), rig)
    for entry in entries(root, "speech", "channels"):
        owners = {rig.channels[channel] for channel in rig.expand(entry.name)}
        for owner in sorted(owners - {"SHARED"}):
            complaints.at_key(
                ("speech", "channels", entry.name),
                "speech-not-shared",
                f"{entry.name} is {owner}, and only SHARED channels have an attenuation",
                "while the character speaks, EXPRESSION channels stay and LIPSYNC channels belong "
                "to the lips",
            )
    for part in ("core", "optional"):
        _action_units(complaints, ("action_units", part), rig)
    return complaints


def _intensities(complaints: Complaints, part: str, intensities: Sequence[str]) -> None:
    if at(complaints.root, (part,)) is None:
        return
    found = [entry.name for entry in entries(complaints.root, part)]
    absent = [name for name in intensities if name not in found]
    mistyped: set[str | None] = set()
    for name in found:
        if name not in intensities:
            mistyped.add(nearest(name, absent))
            message = f"the bank has no intensity {name}"
            hint = did_you_mean(name, absent or list(intensities))
            complaints.at_key((part, name), "unknown-intensity", message, hint)
    for name in absent:
        if name not in mistyped:
            message = f"the intensity {name} is missing"
            hint = f"every label has {', '.join(intensities)}"
            complaints.at_key((part,), "missing-intensity", message, hint)


def _action_units(complaints: Complaints, path: Path, rig: RigNames) -> None:
    for position, item in enumerate(items(complaints.root, *path)):
        if not isinstance(item, ScalarNode) or isinstance(item.value, bool):
            continue
        if not isinstance(item.value, int | str | float):
            continue
        code = str(item.value).lstrip("LR").removesuffix(".0")
        if code.isdigit() and code not in rig.action_units:
            known = ", ".join(sorted(rig.action_units, key=lambda unit: (len(unit), unit)))
            message = f"the rig does not describe action unit {code}"
            hint = f"it knows {known}" if known else "describe it under action_units in the rig"
            complaints.at_value((*path, position), "unknown-action-unit", message, hint)


def check_rules(root: Node, rig: RigNames) -> Complaints:
    """Trends of channels that exist, and overrides of pairs that may be overridden."""
    complaints = Complaints(root=root)
    check_channel_keys(complaints, ("trends",), rig)
    seen: set[frozenset[str]] = set()
    for position in range(len(items(root, "antagonists", "overrides"))):
        path: Path = ("antagonists", "overrides", position, "pair")
        pair = check_channel_items(complaints, path, rig, shorthands=False)
        if len(pair) == 2:
            _override(complaints, path, pair, rig, seen)
    return complaints


def _override(
    complaints: Complaints,
    path: Path,
    pair: tuple[str, ...],
    rig: RigNames,
    seen: set[frozenset[str]],
) -> None:
    one, other = pair
    kind = rig.pairs.get(frozenset(pair))
    if kind is None:
        partners = sorted(name for known in rig.pairs if one in known for name in known - {one})
        message = f"the rig has no antagonist pair {one}, {other}"
        hint = f"pairs of {one} are with: {', '.join(partners)}" if partners else ""
        complaints.at_value(path, "unknown-pair", message, hint)
    elif kind == "hard":
        message = f"{one} and {other} are a hard pair, which no bank can loosen"
        complaints.at_value(path, "hard-pair-override", message, "remove the override")
    elif frozenset(pair) in seen:
        message = f"the pair {one}, {other} is overridden twice"
        complaints.at_value(path, "repeated-pair", message, "keep one of the two")
    seen.add(frozenset(pair))
