"""`mien release`: freeze a bank at its version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.faults import write_faults
from mien.cli.options import FOLDER, folder_argument, format_option
from mien.cli.terminal import current_label, say, write_json

if TYPE_CHECKING:
    from mien.release.make import Released


@click.command("release")
@folder_argument
@click.option("--version", metavar="X.Y.Z", help="Release only if bank.yaml has this version.")
@click.option(
    "--edit",
    is_flag=True,
    help="First set bank.yaml and the lock to the version given by --version.",
)
@click.option(
    "--releases",
    type=FOLDER,
    help="The folder of the ledger and the releases.  [default: releases, beside the bank]",
)
@format_option
def command(bank: Path, version: str | None, edit: bool, releases: Path | None, output: str) -> int:
    """Freeze BANK at its version: copy sources, lock and artifact, and record them in the ledger.

    A release never changes, and is made completely or not at all. It is refused (exit 1) if the
    lock is out of date or not committed, if a face breaks a rule or a budget, or if the version
    exists already, is not the newest, or is smaller than the changes need.

    In a git checkout --edit that had to change the version ends there, with exit 0 and nothing
    released: commit it, then run the command again. --format json then says `"released": null`.
    """
    from mien.errors import CompileError, ReleaseError
    from mien.release.folder import releases_beside
    from mien.release.make import release

    notes: list[str] = []

    def tell(note: str) -> None:
        notes.append(note)
        if output == "text":
            say(note, err=True)

    try:
        if version is not None and _edited(bank, version, edit=edit, output=output):
            return 0
        with current_label("proving") as show:
            made = release(bank, releases or releases_beside(bank), tell, show)
    except (CompileError, ReleaseError) as reasons:
        write_faults(reasons.faults, output, err=output == "text")
        return 1
    if output == "json":
        write_json(_summary(made, notes))
    else:
        say(_sentence(made))
    return 0


def _edited(bank: Path, version: str, *, edit: bool, output: str) -> bool:
    """Bring the manifest to the version that is meant; True if a commit has to come first."""
    from mien.authored.reader import read_bank
    from mien.release.committed import checkout_of
    from mien.release.make import set_version
    from mien.semver import is_version

    if not is_version(version):
        raise click.BadParameter(
            f"'{version}' is not a version such as 1.4.0", param_hint="'--version'"
        )
    found = read_bank(bank).manifest.version
    if found == version:
        return False
    if not edit:
        raise click.UsageError(
            f"the bank says version {found}, --version says {version}: edit the version in "
            "bank.yaml and compile, or let --edit do both"
        )
    with current_label("proving") as show:
        set_version(bank, version, show)
    if checkout_of(bank) is None:
        return False
    if output == "json":
        write_json({"edited": {"from": found, "to": version}, "released": None})
    else:
        say(
            f"Nothing is released yet: {bank} now says version {version} instead of {found}, and "
            "its lock is compiled.\nCommit both, then run `mien release` again."
        )
    return True


def _summary(made: Released, notes: list[str]) -> dict[str, object]:
    entry = made.entry
    return {
        "bank": entry.bank,
        "version": entry.version,
        "engine": entry.engine,
        "folder": str(made.home.path),
        "lock": entry.lock,
        "artifact": entry.artifact,
        "completed": made.completed,
        "notes": notes,
    }


def _sentence(made: Released) -> str:
    entry = made.entry
    return "\n".join(
        (
            f"{entry.name}: {'its release is complete now' if made.completed else 'released'}",
            f"  folder    {made.home.path}",
            f"  artifact  {entry.artifact}",
            f"  previous  {entry.previous}",
        )
    )
