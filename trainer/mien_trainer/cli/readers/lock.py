"""`mien reader lock`: pin a reader, and what it makes of a frozen list of texts."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import click

from mien.cli.terminal import say
from mien_trainer.cli.options import refusals


@click.command("lock")
@click.argument("reader", metavar="[READER]", required=False, type=click.Path(path_type=Path))
@click.option("--bank", default="default", show_default=True, help="The bank that it reads into.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the lock would change.")
def command(reader: Path | None, bank: str, check: bool) -> int:
    """Pin READER (the one that ships): its name with .lock.

    The lock holds the digest of its file and of what it makes of a list of texts that never
    changes. The same lock comes out on every machine.
    """
    from mien.reading.reader import SHIPPED
    from mien.reading.reader import reader as open_reader
    from mien.text.atomic import write_atomic
    from mien.text.regular_file import LOCK, read_regular
    from mien_trainer.reader.lock import lock_path, lock_text

    path = reader or SHIPPED
    with refusals():
        text = lock_text(path, open_reader(path, bank=bank))
    target = lock_path(path)
    if not check:
        write_atomic(target, text.encode())
        say(f"{target}: {text.count('- text:')} texts")
        return 0
    old = read_regular(target, LOCK).decode("utf-8", "replace") if target.exists() else ""
    if old == text:
        say(f"{target}: up to date")
        return 0
    lines = unified_diff(
        old.splitlines(keepends=True), text.splitlines(keepends=True), str(target), "now"
    )
    say("".join(lines), end="")
    say(f"{target}: out of date: run `mien reader lock {path}`")
    return 1
