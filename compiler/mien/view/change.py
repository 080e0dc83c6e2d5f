"""One edit: channels of one archetype, or offsets of one style, to new numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from mien.authored.rig import Rig
from mien.errors import MienError
from mien.text.fault import Fault
from mien.text.format.comments import find_comments
from mien.text.json_nodes import parse_json
from mien.text.node import Entry, MappingNode, Node, ScalarNode, find
from mien.text.yaml_nodes import parse_yaml
from mien.view.splices import (
    Splice,
    block_lines,
    entry_splices,
    first_entries,
    line_break,
    line_end,
    line_start,
    number,
    spliced,
    tail,
)


class EditRefusedError(MienError):
    """An edit that is not made; nothing was written.

    ``faults`` are what it would have broken, ``unwritten`` the text that a file would have had.
    """

    def __init__(
        self,
        message: str,
        faults: tuple[Fault, ...] = (),
        unwritten: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.faults = faults
        self.unwritten = unwritten


class EditConflictError(EditRefusedError):
    """The file is no longer the one that the edit was made for."""


@frozen(kw_only=True)
class Change:
    """``values``: full channel name to its new number at an archetype or in a style's offset.

    ``style`` says whether ``name`` is a style or an intensity.
    """

    label: str
    name: str
    style: bool
    values: Mapping[str, float]

    @property
    def path(self) -> tuple[str, ...]:
        """Where the mapping stands in the label's document."""
        return ("styles", self.name, "offset") if self.style else ("archetypes", self.name)


def changed_text(text: str, change: Change, rig: Rig, *, json: bool = False) -> str:
    """The text of a label's document with the change made, and nothing else.

    Raises:
        EditRefusedError: the text cannot be read, has no such place, or is written in a way that
            cannot be edited without touching more.
    """
    root = _parsed(text, json=json)
    mapping = _mapping(root, change.path)
    written = _numbers(mapping)
    wanted = {**expanded(written, rig), **change.values}
    after = changed_entries(written, change.values, rig)
    if after == written:
        return text
    edited = spliced(text, tuple(_splices(text, root, change, after, rig)))
    _require_faithful(text, edited, change, wanted, rig, json=json)
    return edited


def block_text(text: str, change: Change, *, json: bool = False) -> tuple[int, str]:
    """The line number and the lines of the mapping that a change is about, with its key.

    Raises:
        EditRefusedError: the text cannot be read.
    """
    owner = _owner(_parsed(text, json=json), change.path)
    if owner is None:
        return 0, ""
    start = line_start(text, owner.key.span.start)
    return owner.key.place.line, text[start : line_end(text, tail(text, owner.value))]


def _splices(
    text: str, root: Node, change: Change, after: Mapping[str, float], rig: Rig
) -> tuple[Splice, ...]:
    order = _order(rig)
    sorted_after = dict(sorted(after.items(), key=lambda one: order.get(one[0], -1)))
    owner = _owner(root, change.path)
    if owner is None:
        return (_new_mapping(text, root, change, sorted_after),)
    if not isinstance(owner.value, MappingNode):
        raise EditRefusedError(f"{'.'.join(change.path)} is no mapping of channels")
    if owner.value.entries:
        return tuple(entry_splices(text, owner.value, after, order))
    indent = owner.key.place.column - 1 + 2
    return tuple(first_entries(text, owner, indent, sorted_after))


def _new_mapping(text: str, root: Node, change: Change, after: Mapping[str, float]) -> Splice:
    """The key with its entries after the last entry of the mapping above it."""
    above = find(root, change.path[:-1])
    if not isinstance(above, MappingNode) or not above.entries or above is root:
        raise EditRefusedError(f"there is no {'.'.join(change.path[:-1])} to put it under")
    key, last = change.path[-1], above.entries[-1]
    if text[above.span.start] == "{":
        quote = text[last.key.span.start] if text[last.key.span.start] in "\"'" else ""
        body = ", ".join(f"{quote}{name}{quote}: {number(one)}" for name, one in after.items())
        at = last.value.span.end
        return Splice(start=at, end=at, text=f", {quote}{key}{quote}: {{{body}}}")
    indent = last.key.place.column - 1
    at = line_end(text, tail(text, last.value))
    lines = f"{line_break(text)}{' ' * indent}{key}:{block_lines(text, indent + 2, after)}"
    return Splice(start=at, end=at, text=lines)


def _order(rig: Rig) -> dict[str, int]:
    """Channels in rig order, each shorthand before its first member."""
    order = {name: 2 * position + 1 for position, name in enumerate(rig.names)}
    for name, members in rig.shorthands.items():
        order[name] = min(order[member] for member in members) - 1
    return order


def _require_faithful(
    text: str, edited: str, change: Change, wanted: Mapping[str, float], rig: Rig, *, json: bool
) -> None:
    if not _faithful(text, edited, change, wanted, rig, json=json):
        raise EditRefusedError(
            f"{'.'.join(change.path)} is written in a way that cannot be edited here; "
            "edit the file by hand"
        )


def _faithful(
    text: str, edited: str, change: Change, wanted: Mapping[str, float], rig: Rig, *, json: bool
) -> bool:
    """Whether the edited text says what was requested, with every comment of the text before."""
    before = _parsed(text, json=json)
    try:
        after = _parsed(edited, json=json)
    except EditRefusedError:
        return False
    found = expanded(_numbers(_mapping(after, change.path)), rig)
    if any(found.get(name, 0.0) != wanted.get(name, 0.0) for name in rig.names):
        return False
    return json or _comments(text, before) == _comments(edited, after)


def _comments(text: str, root: Node) -> list[str]:
    return sorted(comment.text for comment in find_comments(text, root))


def _parsed(text: str, *, json: bool) -> Node:
    shown = "the file"
    root, faults = parse_json(text, shown) if json else parse_yaml(text, shown)
    if root is None or faults:
        raise EditRefusedError("the file cannot be read; mend it first", faults)
    return root


def _owner(root: Node, path: tuple[str, ...]) -> Entry | None:
    node: Node | None = root
    for step in path[:-1]:
        node = node.get(step) if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode):
        return None
    return next((entry for entry in node.entries if entry.name == path[-1]), None)


def _mapping(root: Node, path: tuple[str, ...]) -> MappingNode | None:
    owner = _owner(root, path)
    return owner.value if owner and isinstance(owner.value, MappingNode) else None


def _numbers(mapping: MappingNode | None) -> dict[str, float]:
    entries = mapping.entries if mapping else ()
    return {
        entry.name: float(entry.value.value)
        for entry in entries
        if isinstance(entry.value, ScalarNode) and isinstance(entry.value.value, int | float)
    }


Entries = Mapping[str, float]
"""A mapping as written: channels and shorthands to numbers."""


def expanded(entries: Entries, rig: Rig) -> dict[str, float]:
    """Full channel name to number; a channel's own entry overrides its shorthand's."""
    found: dict[str, float] = {}
    for name, value in entries.items():
        if name not in rig.index:
            found.update(dict.fromkeys(rig.expand(name), value))
    found.update((name, value) for name, value in entries.items() if name in rig.index)
    return found


def changed_entries(entries: Entries, changes: Entries, rig: Rig) -> dict[str, float]:
    """The entries after ``changes`` (full channel names; 0 is the same as absent).

    A shorthand that is written stays as long as its channels agree, a channel that leaves it gets
    an entry of its own, and channels that newly agree come as their shorthand.
    """
    wanted = {**expanded(entries, rig), **changes}
    after = dict(entries)
    for channel in rig.names:
        if channel in changes and expanded(after, rig).get(channel, 0.0) != changes[channel]:
            _change(after, channel, wanted, rig)
    if any(expanded(after, rig).get(name, 0.0) != wanted.get(name, 0.0) for name in rig.names):
        return {**entries, **changes}  # overlapping shorthands: each channel for itself
    return after


def _change(entries: dict[str, float], channel: str, wanted: Entries, rig: Rig) -> None:
    value = wanted[channel]
    covering = [name for name in _groups(channel, rig) if name in entries]
    for name in covering:
        if _agree(name, wanted, rig):
            for member in rig.expand(name):
                entries.pop(member, None)
            _set(entries, name, value)
            return
    if not covering and channel not in entries:
        for name in _groups(channel, rig):
            if value and _agree(name, wanted, rig) and _unwritten(name, entries, rig):
                entries[name] = value
                return
    if not covering:
        _set(entries, channel, value)
    elif len(covering) == 1 and entries[covering[0]] == value:
        entries.pop(channel, None)
    else:
        entries[channel] = value
    for name in covering:
        if all(member in entries for member in rig.expand(name)):
            del entries[name]


def _groups(channel: str, rig: Rig) -> list[str]:
    return [name for name, members in rig.shorthands.items() if channel in members]


def _agree(shorthand: str, wanted: Entries, rig: Rig) -> bool:
    return len({wanted.get(member, 0.0) for member in rig.expand(shorthand)}) == 1


def _unwritten(shorthand: str, entries: Entries, rig: Rig) -> bool:
    members = rig.expand(shorthand)
    return not any(
        name in entries for member in members for name in (member, *_groups(member, rig))
    )


def _set(entries: dict[str, float], name: str, value: float) -> None:
    if value:
        entries[name] = value
    else:
        entries.pop(name, None)
