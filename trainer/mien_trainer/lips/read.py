"""A file of visemes to a table, or to everything that is wrong with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from cattrs import Converter

from mien import resources
from mien.authored.documents import read_valid
from mien.authored.files import find_rig, known_rigs
from mien.authored.rig import Rig
from mien.authored.rig_checks import check_rig, rig_names
from mien.authored.structure import rig_record
from mien.errors import SourceError
from mien.text.fault import fault_at
from mien.text.node import Node, plain, text
from mien.text.suggest import did_you_mean
from mien_trainer.lips.check import check_names, check_shapes
from mien_trainer.lips.table import VisemeTable
from mien_trainer.migrations import MIGRATIONS

SHIPPED = "english"
"""The table that ships."""

_Data = dict[str, Any]


def read_table(path: Path) -> VisemeTable:
    """The table in the file ``path``, sound in itself and on its rig.

    The rig lies in rigs/ beside the file or one folder up, else among those that ship.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "visemes", MIGRATIONS)
    rig_root = _rig_root(path, root)
    faults = check_names(root, rig_names(rig_root)).faults
    if faults:
        raise SourceError(faults)
    table = _structured(root, rig_record(rig_root))
    faults = check_shapes(root, table).faults
    if faults:
        raise SourceError(faults)
    return table


@cache
def shipped_table() -> VisemeTable:
    """The English table that ships."""
    return read_table(resources.presets() / "visemes" / f"{SHIPPED}.yaml")


def _rig_root(path: Path, root: Node) -> Node:
    name = text(root, "rig") or ""
    found = find_rig(path.parent, name)
    if found is None:
        message = f"there is no rig {name}"
        hint = did_you_mean(name, known_rigs(path.parent))
        raise SourceError([fault_at(root, ("rig",), "rig-missing", message, hint)])
    rig = read_valid(found.path, "rig")
    faults = check_rig(rig, rig_names(rig), name).faults
    if faults:
        raise SourceError(faults)
    return rig


def _structured(root: Node, rig: Rig) -> VisemeTable:
    data = cast("_Data", plain(root))
    prepared: _Data = {
        **{key: data[key] for key in ("id", "version", "classes", "glides", "fallback")},
        "ignored": data["ignored"],
        "groups": {
            name: {**group, "channels": _members(group["channels"], rig)}
            for name, group in data["groups"].items()
        },
        "contacts": {
            name: {**contact, "holds": _members(contact["holds"], rig)}
            for name, contact in data["contacts"].items()
        },
        "visemes": {
            name: {
                "class_": viseme["class"],
                "contact": viseme.get("contact"),
                "sounds": viseme["sounds"],
                "weights": _unpacked(viseme["weights"], rig),
            }
            for name, viseme in data["visemes"].items()
        },
    }
    converter = Converter(detailed_validation=False)
    converter.register_structure_hook(Rig, _as_it_is)
    return converter.structure({**prepared, "rig": rig}, VisemeTable)


def _as_it_is(rig: Rig, _: type[Rig]) -> Rig:
    return rig


def _members(names: list[str], rig: Rig) -> list[str]:
    return [channel for name in names for channel in rig.expand(name)]


def _unpacked(weights: dict[str, float], rig: Rig) -> dict[str, float]:
    """Weights by full name; a full name overrides its shorthand."""
    short = {
        channel: weight
        for name, weight in weights.items()
        if name not in rig.index
        for channel in rig.expand(name)
    }
    return short | {name: weight for name, weight in weights.items() if name in rig.index}
