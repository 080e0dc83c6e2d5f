"""`mien judge score`: the answers of observers against the key of their sheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import format_option
from mien.cli.terminal import write_report

if TYPE_CHECKING:
    from mien.judge.answers import Answers

_FILE = click.Path(path_type=Path)


@click.command("score")
@click.argument("key", metavar="KEY", type=_FILE)
@click.argument("answers", metavar="ANSWERS...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--names",
    multiple=True,
    type=_FILE,
    help="A reviewed list of your own (mien/aliases) of what free names mean; may be given again.",
)
@format_option
def command(key: Path, answers: tuple[Path, ...], names: tuple[Path, ...], output: str) -> int:
    """Say which faces of blind sheets observers recognised.

    KEY is the file beside the folder that `mien sheet --blind` wrote, ANSWERS are its forms, filled
    in. Says how many names were right, freely chosen and forced, by label and intensity; what was
    taken for what; and how several observers agree. A free name counts as the label that it is, or
    is an alias or a listed name of; one that no list has is wrong, and is listed.

    Exits with 2 where a form cannot be scored as it is: a number that is unknown, missing or there
    twice, a choice that is no label, the form of another key.
    """
    from mien.errors import SourceError
    from mien.judge.answers import read_answers
    from mien.judge.free_names import free_names
    from mien.judge.key import read_key
    from mien.judge.score_report import score_json, score_lines
    from mien.judge.scores import score
    from mien.text.fault import Fault, fault
    from mien.text.files import shown_path

    read = read_key(key)
    known = free_names(read.labels, read.aliases, names)
    given: list[Answers] = []
    faults: list[Fault] = []
    seen: dict[str, Path] = {}
    for path in answers:
        try:
            one = read_answers(path, read)
        except SourceError as refusal:
            faults.extend(refusal.faults)
            continue
        if one.observer in seen:
            message = f"{one.observer} has answered in {shown_path(seen[one.observer])}, too"
            hint = "give each observer's form once, with a name of their own"
            faults.append(fault(shown_path(path), "observer-twice", message, hint, path="observer"))
        seen[one.observer] = path
        given.append(one)
    if faults:
        raise SourceError(faults)
    scores = score(read, given, known)
    write_report(output, score_json(read, scores), score_lines(read, scores))
    return 0
