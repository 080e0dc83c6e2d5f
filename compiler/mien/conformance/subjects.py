"""The banks of a conformance run: those that ship, and generated ones."""

from __future__ import annotations

import shutil
from pathlib import Path

from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.conformance.characters import generated_bank
from mien.resources import presets

_GENERATED = "generated-"
_RIGS = "rigs"


def subject_names(*, quick: bool) -> tuple[str, ...]:
    """Names that `subject` understands, in the order of the report."""
    shipped = sorted(path.parent.name for path in presets().glob("*/bank.yaml"))
    return (*shipped, *(f"{_GENERATED}{seed}" for seed in range(1, 5 if quick else 25)))


def copy_sources(names: tuple[str, ...], sources: Path) -> None:
    """Copy the shipped banks among ``names``, so that every runner compiles the same text."""
    sources.mkdir(parents=True)
    for name in (*names, _RIGS):
        if (presets() / name).is_dir():
            shutil.copytree(presets() / name, sources / name)


def subject(name: str, sources: Path) -> AuthoredBank:
    """The bank of a name.

    Raises:
        SourceError: a shipped bank cannot be read.
    """
    if name.startswith(_GENERATED):
        return generated_bank(int(name.removeprefix(_GENERATED)))
    return read_bank(sources / name)
