"""`mien migrate`: sources of an older schema version, brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import each_file, format_option
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.migrate.migration import Migration
    from mien.text.fault import Fault


@click.command("migrate")
@click.argument("paths", metavar="BANK|FOLDER|FILE...", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@format_option
def command(paths: tuple[str, ...], check: bool, output: str) -> int:
    """Update source files to the schema versions of this mien.

    Takes every source file under a folder, the rig in the folder beside a bank, and single files
    such as the configuration of a training. Comments and all that need not change stay as they
    are. Releases are left as they are: every command can read older files. If one file cannot be
    updated, none is written (exit 2).
    """
    from mien.errors import SourceError
    from mien.migrate.upgrade import migrate_text
    from mien.text.atomic import write_atomic
    from mien.text.files import read_source, shown_path

    migrations = known_migrations()
    changed: list[tuple[Path, str]] = []
    faults: list[Fault] = []
    count = 0
    for path, inside in each_file(paths, _found):
        count += 1
        try:
            text = read_source(path, shown=shown_path(path), inside=inside)
            new = migrate_text(text, shown_path(path), migrations)
        except SourceError as refusal:
            faults.extend(refusal.faults)
            continue
        if new != text:
            changed.append((path, new))
    if not check and not faults:
        for path, new in changed:
            write_atomic(path, new.encode())
    _report([shown_path(path) for path, _ in changed], count, faults, check, output)
    if faults:
        return 2
    return 1 if check and changed else 0


def known_migrations() -> tuple[Migration, ...]:
    """Those of a bank's sources, and the trainer's where it is installed."""
    from mien.migrate import migration

    try:
        from mien_trainer.migrations import MIGRATIONS
    except ModuleNotFoundError:
        return migration.MIGRATIONS
    return (*migration.MIGRATIONS, *MIGRATIONS)


def _found(path: Path) -> list[tuple[Path, Path]]:
    """The sources of a bank or folder, and a rig beside it."""
    from mien.authored.surroundings import shared_rig, sources_under
    from mien.versions import AUTHORED

    rig = shared_rig(path)
    found = [(file, path.resolve()) for file in sources_under(path, AUTHORED)]
    return found + ([] if rig is None else [(rig.path, rig.inside)])


def _report(
    changed: Sequence[str], count: int, faults: Sequence[Fault], check: bool, output: str
) -> None:
    from mien.cli.faults import write_faults
    from mien.text.fault import fault_json

    written = not check and not faults
    if output == "json":
        write_json(
            {
                "changed": list(changed),
                "unchanged": count - len(changed),
                "written": written,
                "faults": [fault_json(fault) for fault in faults],
            }
        )
        return
    for name in changed:
        say(f"{'brought up to date:' if written else 'out of date:'} {name}")
    say(f"{len(changed)} of {count} files {'brought up to date' if written else 'to change'}")
    if faults:
        write_faults(faults, "text", err=True)
