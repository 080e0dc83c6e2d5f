"""The version numbers of the product: its arithmetic, and each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

ENGINE = 1
"""The arithmetic that new banks are compiled for."""

SOURCES = ("bank", "rig", "rules", "emotion")
"""The kinds of documents that a bank is written in."""

AUTHORED = (*SOURCES, "face", "visemes", "takes", "mead", "targets", "train")
"""The kinds of documents that people write; programs write the others."""

VERSIONS: Mapping[str, int] = {
    **dict.fromkeys(SOURCES, 1),
    "face": 1,
    "artifact": 1,
    "lock": 1,
    "ledger": 1,
    # The trainer's.
    "visemes": 1,
    "takes": 1,
    "mead": 1,
    "targets": 1,
    "targets-manifest": 1,
    "targets-shard": 1,
    "targets-audit": 1,
    "train": 2,
    "checkpoint": 2,
    "evaluation": 1,
    "network": 1,
}
"""The version of each kind of document that this program writes; each moves by itself.

A document says ``schema: mien/<kind>/<version>``. Documents that people write are read in any older
version that `mien.migrate` has a way from; the program that reads one never sees the old form.
"""


def schema_name(kind: str) -> str:
    """What a document of ``kind`` in its current version says under ``schema``."""
    return f"mien/{kind}/{VERSIONS[kind]}"
