"""What a schema cannot say about one label's file."""

from __future__ import annotations

from collections.abc import Sequence

from mien.authored.check_channels import check_channel_keys
from mien.authored.complaints import Complaints
from mien.authored.rig_names import RigNames
from mien.text.node import Node, ScalarNode
from mien.text.peek import at, entries, items, text
from mien.text.suggest import did_you_mean, nearest
from mien.text.where import Path


def check_emotion(root: Node, stem: str, intensities: Sequence[str]) -> Complaints:
    """Label, intensities and styles; ``stem`` is the name of the file."""
    complaints = Complaints(root=root)
    label = text(root, "label")
    if label is not None and label != stem:
        complaints.at_value(
            ("label",),
            "label-mismatch",
            f"the file is called {stem}, its label is {label}",
            "rename one of the two",
        )
    if intensities:
        for part in ("anchors", "archetypes"):
            _intensities(complaints, part, intensities)
        for entry in entries(root, "styles"):
            if entry.name in intensities:
                complaints.at_key(
                    ("styles", entry.name),
                    "style-is-intensity",
                    f"{entry.name} is an intensity of the bank",
                    "call the style something else",
                )
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
            complaints.at_key(
                (part, name),
                "unknown-intensity",
                f"the bank has no intensity {name}",
                did_you_mean(name, absent or list(intensities)),
            )
    for name in absent:
        if name not in mistyped:
            complaints.at_key(
                (part,),
                "missing-intensity",
                f"the intensity {name} is missing",
                f"every label has {', '.join(intensities)}",
            )


def _action_units(complaints: Complaints, path: Path, rig: RigNames) -> None:
    for position, item in enumerate(items(complaints.root, *path)):
        if not isinstance(item, ScalarNode) or isinstance(item.value, bool):
            continue
        if not isinstance(item.value, int | str | float):
            continue
        code = str(item.value).lstrip("LR")
        if code.isdigit() and code not in rig.action_units:
            known = ", ".join(sorted(rig.action_units, key=lambda unit: (len(unit), unit)))
            complaints.at_value(
                (*path, position),
                "unknown-action-unit",
                f"the rig does not describe action unit {code}",
                f"it knows {known}" if known else "describe it under action_units in the rig",
            )
