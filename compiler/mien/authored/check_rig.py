"""What a schema cannot say about a rig."""

from __future__ import annotations

from mien.authored.check_channels import check_channel_items, check_channel_keys, unknown_channel
from mien.authored.complaints import Complaints
from mien.authored.rig_names import RigNames
from mien.text.node import Node
from mien.text.peek import entries, items, number, text, texts
from mien.text.where import Path


def check_rig(root: Node, rig: RigNames, wanted: str | None) -> Complaints:
    """Names that do not fit together; ``wanted`` is the id under which the rig was found."""
    complaints = Complaints(root=root)
    found = text(root, "id")
    if wanted is not None and found is not None and found != wanted:
        complaints.at_value(
            ("id",), "id-mismatch", f"the file is called {wanted}, its id is {found}", "rename one"
        )
    _channels(complaints)
    _shorthands(complaints, rig)
    _aliases(complaints, rig)
    _mirror(complaints, rig)
    _antagonists(complaints, rig)
    _ceilings(complaints, rig)
    for position in range(len(items(root, "conjugates"))):
        check_channel_items(complaints, ("conjugates", position, "channels"), rig, shorthands=True)
    for entry in entries(root, "action_units"):
        check_channel_keys(complaints, ("action_units", entry.name, "channels"), rig)
    check_channel_keys(complaints, ("lip_seal", "sealing"), rig)
    check_channel_items(complaints, ("lip_seal", "parting"), rig, shorthands=True)
    return complaints


def _channels(complaints: Complaints) -> None:
    seen: set[str] = set()
    for position, item in enumerate(items(complaints.root, "channels")):
        name = text(item, "name")
        if name is not None and name in seen:
            complaints.at_value(
                ("channels", position, "name"),
                "repeated-channel",
                f"the channel {name} is in the list twice",
                "keep one of the two",
            )
        seen.add(name or "")


def _shorthands(complaints: Complaints, rig: RigNames) -> None:
    for entry in entries(complaints.root, "shorthands"):
        if entry.name in rig.channels:
            complaints.at_key(
                ("shorthands", entry.name),
                "shorthand-is-channel",
                f"{entry.name} is a channel already",
                "choose another name",
            )
        check_channel_items(complaints, ("shorthands", entry.name), rig, shorthands=False)


def _aliases(complaints: Complaints, rig: RigNames) -> None:
    for entry in entries(complaints.root, "aliases"):
        if entry.name not in rig.channels:
            unknown_channel(complaints, ("aliases", entry.name), entry.name, rig)


def _mirror(complaints: Complaints, rig: RigNames) -> None:
    partner: set[str] = set()
    for position in range(len(items(complaints.root, "mirror"))):
        path: Path = ("mirror", position)
        for name in check_channel_items(complaints, path, rig, shorthands=False):
            if name in partner:
                complaints.at_value(
                    path,
                    "repeated-mirror",
                    f"{name} has a mirror image already",
                    "a channel is in one mirror pair only",
                )
            partner.add(name)


def _antagonists(complaints: Complaints, rig: RigNames) -> None:
    seen: set[frozenset[str]] = set()
    for position, item in enumerate(items(complaints.root, "antagonists")):
        path: Path = ("antagonists", position)
        pair = check_channel_items(complaints, (*path, "pair"), rig, shorthands=False)
        if len(pair) == 2 and frozenset(pair) in seen:
            complaints.at_value(
                (*path, "pair"),
                "repeated-pair",
                f"the pair {pair[0]}, {pair[1]} is in the list twice",
                "keep one of the two",
            )
        seen.add(frozenset(pair))
        cap = number(item, "cap")
        if text(item, "kind") == "hard" and cap:
            complaints.at_value(
                (*path, "cap"),
                "hard-pair-cap",
                f"a hard pair has the cap 0, found {cap:g}",
                "write 0, or make the pair near or soft",
            )


def _ceilings(complaints: Complaints, rig: RigNames) -> None:
    paired = {
        name for item in items(complaints.root, "antagonists") for name in texts(item, "pair")
    }
    ceilings = items(complaints.root, "ceilings")
    held = [text(item, "channel") for item in ceilings]
    for position, item in enumerate(ceilings):
        path: Path = ("ceilings", position)
        for key in ("channel", "under"):
            name = text(item, key)
            if name is not None and name not in rig.channels:
                unknown_channel(complaints, (*path, key), name, rig)
        channel, under = held[position], text(item, "under")
        if channel is None:
            continue
        if channel in paired:
            _refuse(complaints, path, f"{channel} has a ceiling and is in an antagonist pair")
        if channel in held[:position]:
            _refuse(complaints, path, f"{channel} has two ceilings")
        if under is not None and under in held:
            _refuse(complaints, path, f"{under} is a ceiling of {channel} and has one itself")


def _refuse(complaints: Complaints, path: Path, message: str) -> None:
    complaints.at_value(
        (*path, "channel"),
        "ceiling-tangle",
        message,
        "then holding one would break the other: keep one of the two",
    )
