"""`mien score lock`: what a score is performed with, what comes out, and its proved smoothness."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.lock_check import check_lock
from mien.cli.options import EXISTING_FILE
from mien.cli.terminal import say


@click.command("lock")
@click.argument("score", metavar="SCORE", type=EXISTING_FILE)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the lock would change.")
def command(score: Path, check: bool) -> int:
    """Perform SCORE and pin it: its name with .lock.

    The lock holds the digests of all that was used and of all faces, and the change that no frame
    passes: proved for cues, life and gaze, and with what the lips change. The same lock comes out
    on every machine. Where a network listens, its output is named apart: it may differ in the last
    bits from machine to machine, and the faces with it.
    """
    from mien.cli.performing import listening, performing
    from mien.scores.lock import build_lock, lock_path, write_score_lock
    from mien.scores.named import read_named
    from mien.scores.prepare import prepare
    from mien.text.atomic import write_atomic

    read = read_named(score)
    with listening(read.audio) as listened:
        prepared = prepare(read, listened=listened)
    for warning in prepared.warnings:
        say(str(warning), err=True)
    with performing(prepared.frames) as performed:
        lock = build_lock(prepared, performed)
    text = write_score_lock(lock)
    path = lock_path(score)
    if check:
        return check_lock(path, text, f"mien score lock {score}")
    write_atomic(path, text.encode())
    change = lock.face
    say(
        f"{path}: {lock.frames} faces; in a frame no channel changes by more than "
        f"{lock.expression.most:.4f} by its cues, {change.most:.4f} with lips and life"
    )
    return 0
