"""`mien readings check`: sums, names, and labels of the bank that nothing reads into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import format_option
from mien.cli.terminal import say

if TYPE_CHECKING:
    from mien.reading.readings import Readings


@click.command("check")
@click.argument(
    "files", metavar="READINGS...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--bank", help="Hold them against this bank instead of the one that they name.")
@format_option
def command(files: tuple[Path, ...], bank: str | None, output: str) -> int:
    """Check READINGS against their bank.

    READINGS are files, or names of readings that ship. Exits 1 where weights do not sum to 1 or a
    label is none of the bank's; a label of the bank that nothing reads into is a warning.
    """
    from mien.cli.faults import write_faults
    from mien.errors import SourceError
    from mien.reading.readings import check_readings, find_readings, read_readings
    from mien.resolve import load_bank, resolve
    from mien.text.fault import Fault, Severity

    faults: list[Fault] = []
    described: list[dict[str, object]] = []
    lines: list[str] = []
    for path in files:
        try:
            readings = read_readings(find_readings(str(path), Path()))
        except SourceError as refusal:
            faults.extend(refusal.faults)
            continue
        loaded = load_bank(resolve(bank or readings.bank))
        found = check_readings(readings, loaded.labels, loaded.aliases)
        faults.extend(found)
        if any(one.severity is Severity.ERROR for one in found):
            continue
        sources = _sources(readings, loaded.labels)
        described.append({"readings": str(path), "bank": loaded.source, "labels": sources})
        lines.append(f"{path}: into {loaded.source}")
        wide = max(map(len, loaded.labels)) + 2
        lines += [
            f"  {label:<{wide}}{', '.join(names) or '(nothing)'}"
            for label, names in sources.items()
        ]
    wrong = any(one.severity is Severity.ERROR for one in faults)
    if output == "json":
        write_faults(faults, "json", more={"readings": described})
    else:
        if faults:
            write_faults(faults, "text")
        if lines:
            say("\n".join(lines))
    return 1 if wrong else 0


def _sources(readings: Readings, labels: tuple[str, ...]) -> dict[str, list[str]]:
    """For each label of the bank, what reads into it, with its weight."""
    return {
        label: [
            f"{name} {mixture[label]:g}"
            for entries in readings.corpora.values()
            for name, mixture in entries.items()
            if label in mixture
        ]
        for label in labels
    }
