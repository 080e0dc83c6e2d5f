"""`mien verify`: every release against its ledger and its own sources."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.faults import write_faults
from mien.cli.options import EXISTING_FOLDER, format_option
from mien.cli.terminal import say, write_json, write_report
from mien.text.fault import counted, fault_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mien.release.ledger import Entry
    from mien.release.verify import Report, Verified


@click.command("verify")
@click.argument("bank", metavar="[BANK]", required=False)
@click.option("--release", "version", metavar="X.Y.Z", help="Verify only this version.")
@click.option("--reader", metavar="NAME", help="Verify only this reader of text, not banks.")
@click.option("--full", is_flag=True, help="Also recompile releases that were verified before.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Number of processes.  [default: number of cores]",
)
@click.option(
    "--releases",
    type=EXISTING_FOLDER,
    help="The folder of the ledger and the releases.  [default: releases, beside the bank]",
)
@click.option(
    "--export",
    "export",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Instead, check a file or folder that `mien export` wrote: is it what the release gives? "
    "Of a file written --into a model the faces are checked, not the model's own bytes.",
)
@format_option
def command(
    bank: str | None,
    version: str | None,
    reader: str | None,
    full: bool,
    jobs: int | None,
    releases: Path | None,
    export: Path | None,
    output: str,
) -> int:
    """Check the ledgers, and recompile every release from its frozen sources.

    Each release is compiled by the engine that its lock names, and every digest is compared. If one
    differs, the exit code is 1, and the first table and channel that differ are named. BANK is a
    folder or the name of a released bank. Without BANK, all releases of your repository are
    verified, or, if it has none, those that ship with mien; readers of text too, which have to
    read a frozen list of texts as they did.
    """
    if export is not None:
        if bank or version or reader or full or releases:
            raise click.UsageError("--export checks what the file says; leave the others out")
        return _export(export, output)

    from mien import resources
    from mien.release.ledger import READERS
    from mien.release.verify import usable_cores, verify

    if reader is not None and bank is not None:
        raise click.UsageError("a BANK or a --reader: one of them")
    name, beside = (reader, None) if reader is not None else _meant(bank)
    if bank is None and releases is None and (releases := _own_releases()) and output == "text":
        say(f"releases of this repository: {releases}", err=True)
    folder = releases or beside or resources.presets() / "releases"
    if reader is not None:
        folder = folder / READERS
    reports = [
        verify(
            one,
            chosen=lambda one: name in (None, one.bank) and version in (None, one.version),
            full=full,
            jobs=jobs or usable_cores(),
            progress=_progress(output),
        )
        for one in _ledgers(folder, all_kinds=name is None and version is None)
    ]
    named = version is not None or (name is not None and beside is None)
    if named and not reports[0].faults and not reports[0].releases:
        raise click.UsageError(_unknown(reports[0], name, version, folder))
    if output == "json":
        write_json(_json(reports))
    else:
        _write(reports, folder)
    return 1 if any(report.failed for report in reports) else 0


def _ledgers(folder: Path, *, all_kinds: bool) -> list[Path]:
    """The folder of releases, and that of readers in it where all are meant and it has any."""
    from mien.release.ledger import READERS

    readers = folder / READERS
    return [folder, readers] if all_kinds and readers.is_dir() else [folder]


def _export(path: Path, output: str) -> int:
    from mien.cli.export_check import check_export

    report = check_export(path)
    write_report(output, report.as_json(), report.lines())
    return 1 if report.failed else 0


def _meant(bank: str | None) -> tuple[str | None, Path | None]:
    """The bank's id, and where its releases lie if BANK is a folder."""
    if bank is None:
        return None, None
    folder = Path(bank)
    if not folder.exists():
        return bank, None
    from mien.authored.documents import read_documents
    from mien.release.folder import releases_beside
    from mien.text.node import text

    documents = read_documents(folder)
    manifest = next(document for name, document in documents.items() if name.startswith("bank."))
    return text(manifest.root, "id"), releases_beside(folder)


def _own_releases() -> Path | None:
    """Where the releases lie of the banks in the folder that the command runs in, if it has any.

    That is a folder of banks (releases beside them), one that has it as presets, or a bank itself.
    """
    from mien.release.ledger import LEDGER_NAME
    from mien.text.files import SUFFIXES

    here = [Path("releases"), Path("presets", "releases")]
    if any(Path(f"bank{suffix}").is_file() for suffix in SUFFIXES):
        here.append(Path("..", "releases"))
    return next((folder for folder in here if (folder / LEDGER_NAME).is_file()), None)


def _unknown(report: Report, name: str | None, version: str | None, folder: Path) -> str:
    from mien.text.suggest import did_you_mean

    released = report.ledger.entries
    if name is not None and not report.ledger.of(name):
        banks = list(dict.fromkeys(entry.bank for entry in released))
        hint = did_you_mean(name, banks)
        return f"{folder} has no release of {name}" + (f"; {hint}" if hint else "")
    versions = [entry.version for entry in released if name in (None, entry.bank)]
    hint = did_you_mean(version or "", versions)
    return f"{folder} has no release {version}" + (f"; {hint}" if hint else "")


def _progress(output: str) -> Callable[[Verified], None] | None:
    """A line a release as it is done; quiet for programs."""
    if output == "json":
        return None
    width = 20

    def show(one: Verified) -> None:
        words = {
            "verified": _proved(one.entry),
            "unchanged": "unchanged since it was verified",
            "failed": "FAILED",
        }
        kind = "" if one.entry.kind == "bank" else f"{one.entry.kind} "
        say(f"{kind + one.entry.name:<{width}}  {words[one.state.value]}")
        sys.stdout.flush()

    return show


def _proved(entry: Entry) -> str:
    if entry.kind == "reader":
        return "the frozen list of texts reads alike"
    return f"recompiled with engine {entry.engine}: equal"


def _write(reports: Sequence[Report], folder: Path) -> None:
    for note in (note for report in reports for note in report.notes):
        say(note)
    releases = [one for report in reports for one in report.releases]
    faults = [fault for report in reports for fault in report.faults]
    faults += [fault for one in releases for fault in one.faults]
    if faults:
        say("")
        write_faults(faults, "text")
    elif not releases:
        say(f"{folder}: nothing is released yet")
    else:
        many = len(releases)
        say(f"{counted(many, 'release')} hold{'s' if many == 1 else ''}")


def _json(reports: Sequence[Report]) -> dict[str, object]:
    return {
        "failed": any(report.failed for report in reports),
        "ledger": [fault_json(fault) for report in reports for fault in report.faults],
        "notes": [note for report in reports for note in report.notes],
        "releases": [
            {
                one.entry.kind: one.entry.bank,
                "version": one.entry.version,
                "engine": one.entry.engine,
                "artifact": one.entry.artifact,
                "state": one.state.value,
                "faults": [fault_json(fault) for fault in one.faults],
            }
            for report in reports
            for one in report.releases
        ],
    }
