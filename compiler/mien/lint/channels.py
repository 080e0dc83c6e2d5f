"""Channel names as an author would write them."""

from __future__ import annotations

from collections.abc import Mapping

from mien.authored.rig import Rig


def by_shorthand(rig: Rig, values: Mapping[str, str]) -> dict[str, str]:
    """The same values with a shorthand in place of its members where they all share one text."""
    compact = dict(values)
    for shorthand, members in rig.shorthands.items():
        shared = {compact.get(member) for member in members}
        text = shared.pop()
        if not shared and text is not None:
            first = next(name for name in compact if name in members)
            compact = {
                shorthand if name == first else name: value
                for name, value in compact.items()
                if name == first or name not in members
            }
    return compact
