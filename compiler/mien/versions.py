"""The version numbers of the product: its arithmetic, and each kind of document."""

from __future__ import annotations

from collections.abc import Mapping

ENGINE = 1
"""The arithmetic that new banks are compiled for."""

PROVER = 2
"""The search that proves new certificates, and what its numbers mean.

Faces, tables and artifacts belong to an engine, bit for bit, for ever; a certificate belongs to its
prover. A newer prover may prove sharper bounds of the same faces: it confirms those of an older one
(see `mien.lock.compare`), and never has to give the same numbers. Prover 1 took the mean over all
channels of the rig; since 2 it is over those that the bank can move.
"""

READING = 1
"""How a reader's file reads a text: tokens, features, sums, confidence, the place of the point.

A released reader reads as it did for as long as this number is known.
"""

SOURCES = ("bank", "rig", "rules", "emotion")
"""The kinds of documents that a bank is written in."""

AUTHORED = (
    *SOURCES,
    "aliases",
    "score",
    "face",
    "readings",
    "reader",
    "visemes",
    "takes",
    "mead",
    "targets",
    "train",
    "blind-answers",
)
"""The kinds of documents that people write; programs write the others."""

VERSIONS: Mapping[str, int] = {
    **dict.fromkeys(SOURCES, 1),
    "bank": 2,
    "emotion": 2,
    "aliases": 1,
    "face": 1,
    # 1 is written still, of banks without timelines: those who read nothing else read them.
    "artifact": 2,
    "lock": 2,
    "score": 1,
    "score-lock": 1,
    # A table of numbers, see docs/scores.md.
    "plan": 1,
    "ledger": 1,
    "readings": 1,
    "reader-weights": 1,
    "transformer-weights": 1,
    "reader-lock": 2,
    "reader-ledger": 1,
    "blind-key": 1,
    "blind-answers": 1,
    # The trainer's.
    "visemes": 1,
    "takes": 1,
    "mead": 1,
    "targets": 3,
    "targets-manifest": 1,
    "targets-shard": 1,
    "targets-audit": 1,
    "train": 2,
    "reader": 1,
    "checkpoint": 2,
    "evaluation": 1,
    "voices": 1,
    "network": 1,
    "lip-network": 1,
}
"""The version of each kind of document that this program writes; each moves by itself.

A document says ``schema: mien/<kind>/<version>``. Documents that people write are read in any older
version that `mien.migrate` has a way from; the program that reads one never sees the old form.
"""


def schema_name(kind: str) -> str:
    """What a document of ``kind`` in its current version says under ``schema``."""
    return f"mien/{kind}/{VERSIONS[kind]}"
