"""`mien read`: the emotion of text, a unit at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.options import EXISTING_FILE, NumberRange, OutputFile, argument, as_record, option
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from mien.reading.reader import Reader
    from mien.reading.reading import Reading


_DEFAULT = click.core.ParameterSource.DEFAULT


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien read`."""

    text: str = argument(metavar="TEXT|FILE|-")
    per: str = option(
        type=click.Choice(["sentence", "line", "all"]),
        default="sentence",
        help="What is read as one.",
    )
    output: str = option(
        "--format",
        type=click.Choice(["text", "json", "jsonl"]),
        default="text",
        help="A table for people, one JSON list, or a JSON record a line as soon as it is read.",
    )
    bank: str = option(default="default", help="The bank that is read into.")
    source: str | None = option(
        "--reader",
        metavar="NAME|FILE",
        help="A release (albert, linear, NAME@VERSION) or a file.  [default: albert]",
    )
    face: bool = option(is_flag=True, help="The weights of each face too (json, jsonl).")
    explain: bool = option(is_flag=True, help="Which words moved the label, and by how much.")
    prefer: tuple[str, ...] = option(
        multiple=True,
        metavar="LABEL[=RAISE]",
        help="Raise the logit of a label, by 1 where nothing is said; may be given several times.",
    )
    strength: float = option(
        type=NumberRange(0, 1), default=1.0, help="How much of what is read is shown."
    )
    context: int = option(
        type=click.IntRange(0, 100),
        default=0,
        metavar="N",
        help="Let the N units before count too, each half of the one after it.",
    )
    speaker: str = option(
        metavar="NAME", default="", show_default=False, help="Of a script, only the lines NAME: ..."
    )
    no_snap: bool = option(is_flag=True, help="Points between the anchors of a label.")
    score: bool = option(is_flag=True, help="Write a score that `mien perform` plays (with -o).")
    audio: Path | None = option(
        type=EXISTING_FILE,
        help="The sound in which the text is said: cues and lips follow its words.",
    )
    target: Path | None = option(
        "-o", "--output", type=OutputFile(".yaml", ".yml"), help="The score to write."
    )


@click.command("read")
@as_record(Asked)
def command(asked: Asked) -> None:
    """Read the emotion of TEXT, of a FILE, or of what comes on stdin (-).

    Tags in the text come first: [happy], <joy:0.4>, [anger high], (sighs), *laughs*; each holds to
    the next tag, one that closes it (</joy>), or the end of its line. Else the reader that ships
    says the top label, how sure it is, and where the text stands between the weakest and the
    strongest of the label. Sarcasm is not read.
    """
    from mien.cli.texts import noted, text_lines
    from mien.errors import QueryError
    from mien.reading.reader import preference, reader

    if asked.score != (asked.target is not None):
        raise click.UsageError("--score and -o belong together")
    if asked.score and click.get_current_context().get_parameter_source("output") is not _DEFAULT:
        raise click.UsageError("--format is of what is printed: --score writes YAML; leave one out")
    if asked.audio is not None and not asked.score:
        raise click.UsageError("--audio needs --score")
    if asked.face and asked.output == "text":
        raise click.UsageError("--face needs --format json or jsonl")
    loaded = reader(asked.source, bank=asked.bank)
    try:
        raises = dict(preference(one, loaded.bank) for one in asked.prefer)
    except QueryError as refusal:
        raise click.BadParameter(str(refusal), param_hint="--prefer") from None
    from attrs import evolve

    made = loaded.with_options(
        evolve(
            loaded.options,
            per=asked.per,
            context=asked.context,
            prefer=raises,
            strength=asked.strength,
            snap=not asked.no_snap,
            speaker=asked.speaker,
            explain=asked.explain,
        )
    )
    said = noted(one for one in made.read(text_lines(asked.text)) if one.text or one.by == "tag")
    first = next(said, None)
    if first is None and asked.target is not None:
        raise QueryError(f"nothing to read: the text is empty, and {asked.target} is not written")
    if first is None:
        say("nothing to read", err=True)
    readings = chain([made("") if first is None else first], said)
    if asked.target is not None:
        _write_score(readings, made, asked.target, asked.audio)
    elif asked.output == "text":
        _write_table(readings, explain=asked.explain)
    else:
        _write_records(readings, made, asked.output, face=asked.face)


def _write_table(readings: Iterator[Reading], *, explain: bool) -> None:
    from mien.reading.describe import HEAD, LEGEND, reading_lines

    if explain:
        say(LEGEND)
    say(HEAD)
    for one in readings:
        say("\n".join(reading_lines(one)))


def _write_records(readings: Iterator[Reading], made: Reader, output: str, *, face: bool) -> None:
    from mien.reading.describe import reading_json

    records = (reading_json(one, made, face=face) for one in readings)
    if output == "json":
        write_json({"reader": made.as_json(), "readings": list(records)})
        return
    for record in records:
        write_json(record, indent=None)
        sys.stdout.flush()


def _write_score(
    readings: Iterator[Reading], made: Reader, target: Path, audio: Path | None
) -> None:
    from mien.cli.performing import listening
    from mien.cli.texts import tell_of_speakers
    from mien.reading.said import said_sound
    from mien.reading.score import score_text
    from mien.text.atomic import write_atomic
    from mien.text.fault import counted

    units, sound = list(readings), None
    tell_of_speakers(units)
    if audio is not None:
        place = Path(os.path.relpath(audio.resolve(), target.resolve().parent)).as_posix()
        with listening(audio) as listened:
            said = said_sound(units, audio, place, made.bank, listened)
        sound = said.sound
        if said.note:
            say(said.note, err=True)
        for doubt in () if said.lips is None else said.lips.doubts:
            say(f"warning: {doubt}", err=True)
    written = score_text(units, made.bank, sound, made.weights.neutral)
    write_atomic(target, written.text.encode())
    cues = counted(written.cues, "cue")
    say(f"{target}: {cues} in {written.seconds:g} s; mien perform {target} -o take.csv plays it")
    if written.joined:
        say(f"    {written.joined}")
