"""`mien migrate`: sources of an older schema version, brought up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import bank_argument, format_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.text.fault import Fault


@click.command("migrate", short_help="Bring sources of an older schema version up to date.")
@bank_argument
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@format_option
def command(bank: Path, check: bool, output: str) -> int:
    """Bring the sources in the folder BANK up to the schema versions of this mien.

    Comments and everything that does not change stay as they are. Released sources are frozen
    and left alone. If any file cannot be brought up to date, none is written (exit 2).
    """
    from mien.authored.surroundings import sources_under
    from mien.errors import SourceError
    from mien.migrate.migrate import migrate_text
    from mien.text.atomic import write_atomic
    from mien.text.files import read_source, shown_path

    changed: list[tuple[Path, str]] = []
    faults: list[Fault] = []
    count = 0
    for path in sources_under(bank):
        count += 1
        try:
            text = read_source(path, shown=shown_path(path), inside=bank.resolve())
            new = migrate_text(text, shown_path(path))
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


def _report(
    changed: Sequence[str], count: int, faults: Sequence[Fault], check: bool, output: str
) -> None:
    from mien.cli.render import fault_json, write_faults, write_json

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
        click.echo(f"{'brought up to date:' if written else 'out of date:'} {name}")
    click.echo(
        f"{len(changed)} of {count} files {'brought up to date' if written else 'to change'}"
    )
    if faults:
        write_faults(faults, "text", err=True)
