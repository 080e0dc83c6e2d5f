"""One source file of a bank, parsed and digested."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from mien.text.fault import Fault, Severity
from mien.text.node import Node
from mien.text.where import value_place
from mien.versions import VERSIONS, schema_name


@frozen(kw_only=True)
class Document:
    """One source file: its place in the bank, its node tree and the digest of what it says.

    ``name`` is the path relative to the bank's folder with forward slashes (``emotions/joy.yaml``);
    a rig that lies elsewhere is named ``rigs/<id>.yaml``. ``root`` is in the current version of its
    ``kind``; ``version`` is the one that the file is written in, and ``digest`` (a sha256 in hex)
    is of what the file itself says.
    """

    name: str
    kind: str
    path: Path
    root: Node
    digest: str
    version: int

    def outdated(self) -> Fault | None:
        """The warning that the file is written in an older version, if it is."""
        if self.version == VERSIONS[self.kind]:
            return None
        return Fault(
            place=value_place(self.root, ("schema",)),
            path="schema",
            code="schema-older",
            message=f"mien/{self.kind}/{self.version} is read as {schema_name(self.kind)}",
            hint="`mien migrate` with the bank's folder brings it up to date",
            severity=Severity.WARNING,
        )
