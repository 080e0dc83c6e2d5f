"""Which entries of a channel mapping to change, so that a reviewer sees the change and no more."""

from __future__ import annotations

from collections.abc import Mapping

from mien.authored.rig import Rig

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
