"""Which kind and version of document a file says it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mien.migrate.migration import MIGRATIONS, Migration, way
from mien.text.fault import Fault
from mien.text.node import Node
from mien.text.peek import text
from mien.text.suggest import did_you_mean
from mien.text.where import value_place

KINDS = ("bank", "rig", "rules", "emotion")
VERSION = 1
"""The version of every source schema."""

_SCHEMA = re.compile(r"mien/([a-z]+)/(0|[1-9][0-9]{0,5})\Z")


def schema_fault(
    root: Node, kind: str, migrations: Sequence[Migration] = MIGRATIONS
) -> Fault | None:
    """The fault of a document that is not of ``kind`` in this version, if it says what it is.

    Where ``migrations`` lead from its version to this one, the hint names the command.
    """
    found = text(root, "schema")
    wanted = f"mien/{kind}/{VERSION}"
    if found is None or found == wanted:
        return None
    match = _SCHEMA.match(found)
    if match is None or match[1] not in (*KINDS, "lock"):
        names = [f"mien/{one}/{VERSION}" for one in KINDS]
        message, hint = f"expected {wanted}, found {found}", did_you_mean(found, names)
    elif match[1] != kind:
        message = f"expected a file of kind {kind}, found one of kind {match[1]}"
        hint = f"is the file in the right place? {wanted} belongs here"
    elif int(match[2]) > VERSION:
        message = f"{found} is newer than this mien, which knows {wanted}"
        hint = "update mien"
    else:
        message = f"{found} is older than {wanted}, and this mien does not read it"
        hint = f"bring the file up to date and write {wanted}"
        if way(kind, int(match[2]), VERSION, migrations):
            hint = "`mien migrate` with the bank's folder brings it up to date"
    return Fault(
        place=value_place(root, ("schema",)),
        path="schema",
        code="schema-version",
        message=message,
        hint=hint,
    )
