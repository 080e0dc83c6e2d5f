"""`mien reader lock`: pin a reader, and what it makes of a frozen list of texts."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.lock_check import check_lock
from mien.cli.options import EXISTING_FILE
from mien.cli.terminal import say


@click.command("lock")
@click.argument("reader", metavar="READER", type=EXISTING_FILE)
@click.option("--bank", default="default", help="The bank that it reads into.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the lock would change.")
def command(reader: Path, bank: str, check: bool) -> int:
    """Pin READER, a file: its name with .lock.

    The lock holds the digest of the file and what it makes of a list of texts that never changes.
    `mien reader release` holds the file against it.
    """
    from mien.reading.lock import lock_path, reader_lock, write_reader_lock
    from mien.reading.reader import reader as open_reader
    from mien.reading.weights import READER
    from mien.text.atomic import write_atomic
    from mien.text.regular_file import read_regular
    from mien_trainer.fault import read_bytes
    from mien_trainer.reader.corpora import CORPUS
    from mien_trainer.reader.recipe import PROBE_LIST

    texts = read_bytes(PROBE_LIST, CORPUS).decode("utf-8").splitlines()
    lock = reader_lock(read_regular(reader, READER), open_reader(reader, bank=bank), texts)
    text = write_reader_lock(lock)
    target = lock_path(reader)
    if check:
        return check_lock(target, text, f"mien reader lock {reader}")
    write_atomic(target, text.encode())
    say(f"{target}: {text.count('- text:')} texts")
    return 0
