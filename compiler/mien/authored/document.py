"""One source file of a bank, parsed and digested."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from mien.text.node import Node


@frozen(kw_only=True)
class Document:
    """One source file: its place in the bank, its node tree and the digest of what it says.

    ``name`` is the path relative to the bank's folder with forward slashes (``emotions/joy.yaml``);
    a rig that lies elsewhere is named ``rigs/<id>.yaml``. ``digest`` is a sha256 in hex.
    """

    name: str
    path: Path
    root: Node
    digest: str
