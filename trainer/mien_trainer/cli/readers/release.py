"""`mien reader release`: freeze a reader at its version."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.faults import write_faults
from mien.cli.options import EXISTING_FILE, FOLDER, format_option
from mien.cli.terminal import say, write_json


@click.command("release")
@click.argument("reader", metavar="READER", type=EXISTING_FILE)
@click.option("--recipe", default="linear", help="What it was trained after: see train.")
@click.option(
    "--releases",
    type=FOLDER,
    help="The folder of the releases of banks.  [default: releases, or presets/releases]",
)
@format_option
def command(reader: Path, recipe: str, releases: Path | None, output: str) -> int:
    """Freeze READER, a file, at its version: copy it, its lock, recipe, readings and sentences.

    The release is recorded in the ledger of readers and never changes; `mien verify` sees to it.
    It is refused (exit 1) where the file was made from another recipe, readings or sentences, where
    its lock beside it says otherwise, where its bank is not released, or where its version exists
    already or is not the newest.
    """
    from mien.errors import ReleaseError
    from mien.release.ledger import READERS
    from mien_trainer.reader.recipe import find_recipe, read_recipe
    from mien_trainer.reader.release import release_reader

    beside = releases or (
        Path("presets", "releases") if Path("presets").is_dir() else Path("releases")
    )
    try:
        path = find_recipe(recipe)
        entry = release_reader(reader, path, read_recipe(path), beside)
    except ReleaseError as reasons:
        write_faults(reasons.faults, output, err=output == "text")
        return 1
    home = beside / READERS / entry.bank / entry.version
    if output == "json":
        write_json(
            {
                "reader": entry.bank,
                "version": entry.version,
                "folder": str(home),
                "lock": entry.lock,
                "artifact": entry.artifact,
            }
        )
    else:
        say(f"{entry.name}: released\n  folder    {home}\n  artifact  {entry.artifact}")
    return 0
