"""The banks of a conformance run: those that ship, and generated ones."""

from __future__ import annotations

from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.conformance.characters import generated_bank
from mien.resources import presets

_GENERATED = "generated"


def subject_names(*, quick: bool) -> tuple[str, ...]:
    """Names that `subject` understands, in the order of the report."""
    shipped = sorted(path.parent.name for path in presets().glob("*/bank.yaml"))
    return (*shipped, *(f"{_GENERATED}-{seed}" for seed in range(1, 5 if quick else 25)))


def subject(name: str) -> AuthoredBank:
    """The bank of a name.

    Raises:
        BankFaults: a shipped bank cannot be read.
    """
    if name.startswith(f"{_GENERATED}-"):
        return generated_bank(int(name.removeprefix(f"{_GENERATED}-")))
    return read_bank(presets() / name)
