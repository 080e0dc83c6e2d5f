"""`mien score check`: everything that is wrong with scores, at its line and column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import EXISTING_FILE, format_option
from mien.cli.terminal import say

if TYPE_CHECKING:
    from mien.scores.prepare import Prepared
    from mien.text.fault import Fault


@click.command("check")
@click.argument("scores", metavar="SCORE...", nargs=-1, required=True, type=EXISTING_FILE)
@format_option
def command(scores: tuple[Path, ...], output: str) -> int:
    """Check SCOREs: the schema, the bank and its names, the order of cues, the sound, the lips.

    What is not seen, such as a cue in the last half second in which a face comes to rest, is a
    warning. Exit codes: 0 all can be performed, 1 one cannot, 2 there is no such file. What ends
    with 1 here is bad input to `mien perform`, which ends with 2.
    """
    from mien.cli.faults import write_faults
    from mien.text.fault import Severity, counted

    faults: list[Fault] = []
    fine: list[tuple[Path, Prepared]] = []
    for path in scores:
        prepared, found = _checked(path)
        faults.extend(found)
        if prepared is not None:
            fine.append((path, prepared))
    wrong = any(fault.severity is Severity.ERROR for fault in faults)
    if output == "json":
        described = [
            {
                "score": str(path),
                "bank": prepared.source.as_json(prepared.bank.id, prepared.bank.version),
                "frames": prepared.frames,
                "cues": len(prepared.score.cues),
                "lips": None if prepared.lips is None else prepared.said,
            }
            for path, prepared in fine
        ]
        write_faults(faults, "json", more={"scores": described})
        return 1 if wrong else 0
    if faults:
        write_faults(faults, "text")
    for path, prepared in fine:
        seconds = f"{prepared.frames / 60:.2f} s"
        say(f"{path}: {counted(len(prepared.score.cues), 'cue')} in {seconds}")
        say(f"  bank: {prepared.bank.source}")
        say(f"  mouth: {'the expression' if prepared.lips is None else prepared.said}")
    return 1 if wrong else 0


def _checked(path: Path) -> tuple[Prepared | None, tuple[Fault, ...]]:
    from mien.cli.performing import listening
    from mien.errors import SourceError
    from mien.scores.named import read_named
    from mien.scores.prepare import prepare

    try:
        score = read_named(path)
        with listening(score.audio) as listened:
            prepared = prepare(score, listened=listened)
    except SourceError as refusal:
        return None, refusal.faults
    return prepared, prepared.warnings
