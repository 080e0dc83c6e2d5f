"""The names of channels in one mapping or list of a document."""

from __future__ import annotations

from collections.abc import Sequence

from mien.authored.complaints import Complaints
from mien.authored.rig_names import RigNames
from mien.text.node import ScalarNode
from mien.text.peek import entries, items
from mien.text.where import Path


def check_channel_keys(complaints: Complaints, path: Path, rig: RigNames) -> None:
    """Keys of the mapping at ``path``: known, and no channel set by two shorthands."""
    names = [entry.name for entry in entries(complaints.root, *path)]
    for name in names:
        if complaints.full:
            return
        if name not in rig.channels and name not in rig.shorthands:
            complaints.at_key(
                (*path, name), "unknown-channel", f"the rig has no channel {name}", rig.hint(name)
            )
    _check_overlap(complaints, path, names, rig)


def check_channel_items(
    complaints: Complaints, path: Path, rig: RigNames, *, shorthands: bool
) -> tuple[str, ...]:
    """Items of the list at ``path``: known channels (or shorthands). Returns the known ones."""
    known: list[str] = []
    for position, item in enumerate(items(complaints.root, *path)):
        if not isinstance(item, ScalarNode) or not isinstance(item.value, str):
            continue
        name = item.value
        if name in rig.channels or (shorthands and name in rig.shorthands):
            known.append(name)
        else:
            unknown_channel(complaints, (*path, position), name, rig)
    return tuple(known)


def unknown_channel(complaints: Complaints, path: Path, name: str, rig: RigNames) -> None:
    """Complain about the value at ``path``, which had to be one channel."""
    if name in rig.shorthands:
        members = ", ".join(rig.shorthands[name])
        complaints.at_value(
            path,
            "unknown-channel",
            f"{name} is a shorthand, and one channel is meant here",
            f"its channels: {members}",
        )
    else:
        complaints.at_value(
            path, "unknown-channel", f"the rig has no channel {name}", rig.hint(name)
        )


def _check_overlap(complaints: Complaints, path: Path, names: Sequence[str], rig: RigNames) -> None:
    setters: dict[str, str] = {}
    for name in names:
        if name in rig.channels or name not in rig.shorthands:
            continue
        for channel in rig.expand(name):
            other = setters.setdefault(channel, name)
            if other != name and channel not in names:
                complaints.at_key(
                    (*path, name),
                    "ambiguous-shorthand",
                    f"{other} and {name} both set {channel}",
                    f"name {channel} itself, or drop one of the two",
                )
