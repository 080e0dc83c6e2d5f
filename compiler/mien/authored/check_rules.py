"""What a schema cannot say about the rules of a bank."""

from __future__ import annotations

from mien.authored.check_channels import check_channel_items, check_channel_keys
from mien.authored.complaints import Complaints
from mien.authored.rig_names import RigNames
from mien.text.node import Node
from mien.text.peek import items
from mien.text.where import Path


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
        complaints.at_value(
            path,
            "unknown-pair",
            f"the rig has no antagonist pair {one}, {other}",
            f"pairs of {one} are with: {', '.join(partners)}" if partners else "",
        )
    elif kind == "hard":
        complaints.at_value(
            path,
            "hard-pair-override",
            f"{one} and {other} are a hard pair, which no bank can loosen",
            "remove the override",
        )
    elif frozenset(pair) in seen:
        complaints.at_value(
            path,
            "repeated-pair",
            f"the pair {one}, {other} is overridden twice",
            "keep one of the two",
        )
    seen.add(frozenset(pair))
