"""What a schema cannot say about a rig, and about the channels that other documents name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, fault_at
from mien.text.node import Node, Path, ScalarNode, at, entries, items, number, text, texts
from mien.text.suggest import did_you_mean


@frozen(kw_only=True)
class Complaints:
    """The faults of one document, gathered."""

    root: Node
    faults: list[Fault] = field(factory=list[Fault])

    @property
    def full(self) -> bool:
        """Whether there are so many that looking on is pointless."""
        return len(self.faults) >= MAX_FAULTS

    def at_value(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Complain about the value at ``path``."""
        if not self.full:
            self.faults.append(fault_at(self.root, path, code, message, hint))

    def at_key(self, path: Path, code: str, message: str, hint: str = "") -> None:
        """Complain about the last key of ``path``."""
        if not self.full:
            self.faults.append(fault_at(self.root, path, code, message, hint, key=True))


@frozen(kw_only=True, slots=False)
class RigNames:
    """Channels with their classes, shorthands, action units and antagonist pairs with kinds."""

    channels: Mapping[str, str]
    shorthands: Mapping[str, tuple[str, ...]]
    action_units: frozenset[str]
    pairs: Mapping[frozenset[str], str]

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every name that may stand for channels."""
        return (*self.channels, *self.shorthands)

    def expand(self, name: str) -> tuple[str, ...]:
        """The channels that a name stands for; none when the rig does not know it."""
        if name in self.channels:
            return (name,)
        return tuple(one for one in self.shorthands.get(name, ()) if one in self.channels)

    def hint(self, name: str) -> str:
        """What was probably meant by a name that the rig does not know."""
        return did_you_mean(name, self.known)


def rig_names(root: Node) -> RigNames:
    """The names in a rig's document; what is malformed is left out."""
    return RigNames(
        channels={
            name: text(item, "class") or ""
            for item in items(root, "channels")
            if (name := text(item, "name")) is not None
        },
        shorthands={entry.name: texts(entry.value) for entry in entries(root, "shorthands")},
        action_units=frozenset(entry.name for entry in entries(root, "action_units")),
        pairs={
            frozenset(texts(item, "pair")): text(item, "kind") or ""
            for item in items(root, "antagonists")
            if at(item, ("pair",)) is not None
        },
    )


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
        message = f"{name} is a shorthand, and one channel is meant here"
        complaints.at_value(path, "unknown-channel", message, f"its channels: {members}")
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
                message = f"{other} and {name} both set {channel}"
                hint = f"name {channel} itself, or drop one of the two"
                complaints.at_key((*path, name), "ambiguous-shorthand", message, hint)


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
            message = f"the channel {name} is in the list twice"
            hint = "keep one of the two"
            complaints.at_value(("channels", position, "name"), "repeated-channel", message, hint)
        seen.add(name or "")


def _shorthands(complaints: Complaints, rig: RigNames) -> None:
    for entry in entries(complaints.root, "shorthands"):
        if entry.name in rig.channels:
            message = f"{entry.name} is a channel already"
            hint = "choose another name"
            complaints.at_key(("shorthands", entry.name), "shorthand-is-channel", message, hint)
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
                message = f"{name} has a mirror image already"
                hint = "a channel is in one mirror pair only"
                complaints.at_value(path, "repeated-mirror", message, hint)
            partner.add(name)


def _antagonists(complaints: Complaints, rig: RigNames) -> None:
    seen: set[frozenset[str]] = set()
    for position, item in enumerate(items(complaints.root, "antagonists")):
        path: Path = ("antagonists", position)
        pair = check_channel_items(complaints, (*path, "pair"), rig, shorthands=False)
        if len(pair) == 2 and frozenset(pair) in seen:
            message = f"the pair {pair[0]}, {pair[1]} is in the list twice"
            complaints.at_value((*path, "pair"), "repeated-pair", message, "keep one of the two")
        seen.add(frozenset(pair))
        cap = number(item, "cap")
        if text(item, "kind") == "hard" and cap:
            message = f"a hard pair has the cap 0, found {cap:g}"
            hint = "write 0, or make the pair near or soft"
            complaints.at_value((*path, "cap"), "hard-pair-cap", message, hint)


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
    hint = "then holding one would break the other: keep one of the two"
    complaints.at_value((*path, "channel"), "ceiling-tangle", message, hint)
