"""`mien check`: everything that is wrong with a bank, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import bank_argument, format_option

if TYPE_CHECKING:
    from mien.authored.bank import AuthoredBank
    from mien.text.fault import Fault


@click.command("check", short_help="Check a bank's schema and meaning.")
@bank_argument
@format_option
def command(bank: Path, output: str) -> int:
    """Check BANK: its files, their schema, and what the faces mean.

    Prints every fault of every file. Exits 2 where the bank cannot be read, 1 where its faces break
    a rule, 0 where there are no errors (warnings do not count).
    """
    from mien.authored.reader import read_bank
    from mien.text.fault import BankFaults

    try:
        authored = read_bank(bank)
    except BankFaults as refusal:
        _report(refusal.faults, output)
        return 2

    from mien.lint import lint

    faults = lint(authored)
    failed = any(fault.severity.value == "error" for fault in faults)
    if faults or output == "json":
        _report(faults, output)
    if not failed and output == "text":
        click.echo(_summary(authored))
        for line in _closest(authored):
            click.echo(line)
    return 1 if failed else 0


def _report(faults: tuple[Fault, ...], output: str) -> None:
    from mien.cli.render import write_faults

    write_faults(faults, output)


def _summary(bank: AuthoredBank) -> str:
    manifest = bank.manifest
    labels, steps = len(manifest.labels), len(manifest.intensities)
    styles = sum(len(emotion.styles) for emotion in bank.emotions)
    return (
        f"{manifest.id} {manifest.version}: fine. {labels} labels, {labels * steps} archetypes, "
        f"{labels * steps + styles} anchors ({styles} of styles), "
        f"{len(bank.rig.channels)} channels of {bank.rig.id}."
    )


def _closest(bank: AuthoredBank) -> Iterator[str]:
    """The labels that are nearest each other at each intensity, as mean |difference|."""
    from mien.lint import closest_pairs

    for intensity, pairs in closest_pairs(bank).items():
        shown = ", ".join(f"{pair.first} ~ {pair.second} {pair.distance:.3f}" for pair in pairs)
        yield f"  closest at {intensity}: {shown}"
