"""`mien score plan`: the cues of a score as a table that games play."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import EXISTING_FILE, FILE
from mien.cli.terminal import say


@click.command("plan")
@click.argument("score", metavar="SCORE", type=EXISTING_FILE)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FILE,
    help="Where to write it: beside SCORE, its name with .plan, where nothing is said.",
)
@click.option("--bank", metavar="BANK", help="Faces of this bank, in place of the score's own.")
def command(score: Path, output: Path | None, bank: str | None) -> int:
    """Write what SCORE shows as a table that the evaluators in C and C# play frame by frame.

    Its cues, sequences and looks, with the bits of `mien perform`. Blinks and other small life are
    not in it, and the lips are those of the game. It is played with the artifact of the same bank.
    """
    from mien.cli.performing import listening
    from mien.performance.plan_file import plan_bytes
    from mien.scores.named import read_named
    from mien.scores.prepare import prepare
    from mien.text.atomic import write_atomic

    read = read_named(score, bank=bank)
    with listening(read.audio) as listened:
        prepared = prepare(read, bank=bank, listened=listened)
    for warning in prepared.warnings:
        say(str(warning), err=True)
    data = plan_bytes(prepared.plan, prepared.bank)
    path = score.with_suffix(".plan") if output is None else output
    write_atomic(path, data)
    one = prepared.bank
    say(f"{path}: {prepared.frames} frames of {one.id} {one.version}, {len(data)} bytes")
    return 0
