"""Results against the reference's: the same bits, or the first place where they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.timelines.table import GAZE, HEAD

TAKES = "takes"
"""Whole performances, of those who perform them."""

KINDS = (
    "faces",
    "plain",
    "singles",
    "mixtures",
    "intensities",
    "compositions",
    "times",
    "scores",
    TAKES,
)
NANOSECONDS = "nanoseconds"
"""A text in a folder of results: what one face of its bank took."""

ARTIFACT = "bank.safetensors"

# What lies in the folder of a run.
SOURCES = "sources"
"""The shipped banks as they were when the run began."""
QUERIES = "queries"
"""A folder a bank: its artifact, and what is asked of it."""
RESULTS = "results"
"""A folder an implementation, by its number in the report from 0."""
SCRATCH = "scratch"
"""Compilation caches, one an implementation, so that none sees what another compiled."""


@frozen(kw_only=True)
class Difference:
    """Where an implementation's result is not the reference's."""

    implementation: str
    bank: str
    what: str

    def __str__(self) -> str:
        return f"{self.implementation}: {self.bank}: {self.what}"


def compare_bank(
    implementation: str,
    expected: Path,
    found: Path,
    *,
    channels: tuple[str, ...],
    compiles: bool,
    performs: bool = True,
) -> Difference | None:
    """The first difference between two folders of results of one bank, or None.

    An implementation may have evaluated only the first of the queries; it must have some. One that
    does not perform has no takes.
    """
    bank = expected.name

    def differs(what: str) -> Difference:
        return Difference(implementation=implementation, bank=bank, what=what)

    if compiles and (expected / ARTIFACT).read_bytes() != (found / ARTIFACT).read_bytes():
        return differs("the compiled artifact has other bytes")
    for kind in KINDS if performs else KINDS[:-1]:
        names = columns_of(kind, channels)
        right = _bits(expected / kind, len(names))
        wrong = _bits(found / kind, len(names))
        if not min(1, len(right)) <= len(wrong) <= len(right):
            return differs(f"{kind}: {len(wrong)} results of {len(right)} queries")
        places = np.argwhere(wrong != right[: len(wrong)])
        if len(places):
            row, column = (int(x) for x in places[0])
            pair = (right[row, column], wrong[row, column])
            return differs(
                f"{kind}: query {row}, {names[column]}: expected {_shown(pair[0])}, "
                f"found {_shown(pair[1])} ({len(places)} weights differ)"
            )
    return None


def columns_of(kind: str, channels: tuple[str, ...]) -> tuple[str, ...]:
    """What the numbers of a result of this kind are called."""
    if kind == "intensities":
        return ("V", "A", "D")
    if kind == "scores":
        return (*channels, *HEAD)
    if kind == TAKES:
        return (*channels, *HEAD, *(f"{eye} {axis}" for eye in ("left", "right") for axis in HEAD))
    if kind != "times":
        return channels
    gain, offset, own = (
        tuple(f"{what} of {name}" for name in channels) for what in ("gain", "offset", "own")
    )
    return (*gain, *offset, *HEAD, *GAZE, *channels, *own)


def results_of(folder: Path, kind: str, channels: tuple[str, ...]) -> int:
    """How many results of a kind are in a folder of results of one bank."""
    path = folder / kind
    return path.stat().st_size // (4 * len(columns_of(kind, channels))) if path.exists() else 0


def digest(folders: Iterable[Path], sizes: Iterable[Path]) -> str:
    """The sha256 of all results in ``folders``, cut to the lengths of those in ``sizes``."""
    total = hashlib.sha256()
    for folder, size in zip(folders, sizes, strict=True):
        for kind in KINDS:
            if (size / kind).exists():
                total.update((folder / kind).read_bytes()[: (size / kind).stat().st_size])
    return total.hexdigest()


def artifact_digest(folders: Iterable[Path]) -> str:
    """The sha256 of all compiled artifacts."""
    total = hashlib.sha256()
    for folder in folders:
        total.update((folder / ARTIFACT).read_bytes())
    return total.hexdigest()


def _bits(path: Path, width: int) -> npt.NDArray[np.uint32]:
    return np.frombuffer(path.read_bytes(), "<u4").reshape(-1, width)


def _shown(bits: np.uint32) -> str:
    return f"{float(bits.view(np.float32))!r} (0x{int(bits):08x})"
