"""The banks of a run: those that ship, generated ones, and generated ones with timelines."""

from __future__ import annotations

import shutil
from pathlib import Path

from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.conformance.banks import Stream, generated_bank
from mien.conformance.timed_bank import with_timelines
from mien.resources import presets

_GENERATED = "generated-"
_TIMED = "timed-"
_RIGS = "rigs"
_TIMED_SEEDS = 100
"""What is added to the number of a bank with timelines, so that it is none of the others."""


def bank_names(*, quick: bool) -> tuple[str, ...]:
    """Names that `bank_named` understands, in the order of the report."""
    shipped = sorted(path.parent.name for path in presets().glob("*/bank.yaml"))
    generated = [f"{_GENERATED}{seed}" for seed in range(1, 5 if quick else 25)]
    timed = [f"{_TIMED}{seed}" for seed in range(1, 2 if quick else 5)]
    return (*shipped, *generated, *timed)


def copy_sources(names: tuple[str, ...], sources: Path) -> None:
    """Copy the shipped banks among ``names``, so that all compile the same text."""
    sources.mkdir(parents=True)
    for name in (*names, _RIGS):
        if (presets() / name).is_dir():
            shutil.copytree(presets() / name, sources / name)


def bank_named(name: str, sources: Path) -> AuthoredBank:
    """The bank of a name.

    Raises:
        SourceError: a shipped bank cannot be read.
    """
    if name.startswith(_GENERATED):
        return generated_bank(int(name.removeprefix(_GENERATED)))
    if name.startswith(_TIMED):
        seed = _TIMED_SEEDS + int(name.removeprefix(_TIMED))
        return with_timelines(generated_bank(seed, labels=4), Stream(seed))
    return read_bank(sources / name)
