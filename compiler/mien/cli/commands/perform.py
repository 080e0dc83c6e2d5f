"""`mien perform`: a score to a take, or to a film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import EXISTING_FILE, OutputFile, rig_aliases
from mien.cli.terminal import progress, say
from mien.formats.registry import FormatError, format_of, listed, writable
from mien.text.files import SUFFIXES

if TYPE_CHECKING:
    from mien.scores.prepare import Prepared

FILMS = (".mp4", ".webm")

_SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".opus", ".aiff", ".w64")


@click.command("perform")
@click.argument("score", metavar="SCORE|SOUND", type=EXISTING_FILE)
@click.option(
    "--text",
    metavar="TEXT|FILE",
    help="What SOUND says: its emotion is read, as `mien read` does, and performed with the sound, "
    "whose lips follow the words (English, in 10 minutes at most).",
)
@click.option(
    "--reader", metavar="NAME|FILE", help="Read --text with this reader: see `mien read`."
)
@click.option(
    "--speaker",
    metavar="NAME",
    default="",
    show_default=False,
    help="Of --text, only the lines NAME: ...",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=OutputFile(),
    help=f"The take to write: {listed(writable())}; or a film with its sound: .mp4, .webm "
    "(needs ffmpeg and the extra mien[png]).",
)
@click.option("--bank", metavar="BANK", help="Perform with this bank instead of the score's own.")
@click.option("--no-life", is_flag=True, help="No blinks, glances, head movements and breath.")
@click.option(
    "--avatar",
    type=EXISTING_FILE,
    help="Film this head (.glb, .gltf, .vrm) in place of the drawn face. Needs Chromium or Chrome.",
)
@click.option(
    "--mesh",
    metavar="NAME",
    default="",
    show_default=False,
    help="What the file drives, where it names it.",
)
def command(
    score: Path,
    text: str | None,
    reader: str | None,
    speaker: str,
    out: Path,
    bank: str | None,
    no_life: bool,
    avatar: Path | None,
    mesh: str,
) -> None:
    """Perform SCORE: 60 faces a second, head and eyes where the file has room for them.

    A score is a text of cues over time with a bank, a sound and lips; `mien score check` says
    what is wrong with one, and the documentation has examples.

    With --text it is a SOUND, and what it says: tags and emotion of the text become cues at its
    words, the lips follow them, and no score is written (`mien read --score --audio` writes it).

    Exit codes: 0 it was written, 2 SCORE cannot be performed, or something else is wrong.
    """
    if text is None and (reader is not None or speaker):
        raise click.UsageError(f"{'--speaker' if speaker else '--reader'} needs --text")
    if text is None and score.suffix.lower() in _SOUNDS:
        raise click.UsageError(
            f"{score} is a sound: say what it says (--text line.txt), or give a score; "
            "`mien speak` speaks a sound with one label"
        )
    if text is not None and score.suffix.lower() in SUFFIXES:
        raise click.UsageError(f"--text goes with a sound; {score} is a score, which has its cues")
    filmed = out.suffix.lower() in FILMS
    if avatar is not None and not filmed:
        raise click.UsageError(f"--avatar is for films: {', '.join(FILMS)}")
    if not filmed:
        try:
            format_of(out, writable())
        except FormatError as error:
            text = f"{error}, or a film: {', '.join(FILMS)}"
            raise click.BadParameter(text, param_hint="'-o' / '--out'") from error
    prepared = _prepared(score, bank) if text is None else _read(score, text, reader, bank, speaker)
    _warn(prepared, score, written=text is None)
    say(prepared.said, err=True)
    if filmed:
        _film(prepared, out, life=not no_life, avatar=avatar)
    else:
        _take(prepared, out, life=not no_life, mesh=mesh)


def _warn(prepared: Prepared, sound: Path, *, written: bool) -> None:
    """Say what is doubtful; by the name of ``sound`` where no score is ``written``."""
    from mien.scores.prepare import WORDS_DOUBTED

    if written:
        for warning in prepared.warnings:
            say(str(warning), err=True)
        return
    for warning in prepared.warnings:
        say(f"warning: {sound.name}: {warning.message.removeprefix(f'{sound.name}: ')}", err=True)
    if any(warning.hint == WORDS_DOUBTED for warning in prepared.warnings):
        say(f"    {WORDS_DOUBTED}", err=True)


def _prepared(score: Path, bank: str | None) -> Prepared:
    from mien.cli.performing import listening
    from mien.scores.named import read_named
    from mien.scores.prepare import prepare

    read = read_named(score, bank=bank)
    with listening(read.audio) as listened:
        return prepare(read, bank=bank, listened=listened)


def _read(sound: Path, text: str, source: str | None, bank: str | None, speaker: str) -> Prepared:
    from mien.cli.performing import listening
    from mien.cli.texts import noted, tell_of_speakers, text_lines
    from mien.errors import QueryError
    from mien.reading.perform import perform_text
    from mien.reading.reader import reader

    made = reader(source, bank=bank or "default", speaker=speaker)
    readings = list(noted(made.read(text_lines(text))))
    if not any(one.by in ("tag", "words") for one in readings):
        raise QueryError("--text: there is nothing to say in it, neither words nor a tag")
    tell_of_speakers(readings)
    with listening(sound) as listened:
        performed = perform_text(readings, sound, made.bank, bank, listened)
    if performed.note:
        say(performed.note, err=True)
    return performed.prepared


def _take(prepared: Prepared, out: Path, *, life: bool, mesh: str) -> None:
    from mien.cli.performing import shown_blocks
    from mien.performance.takes import take_blocks
    from mien.scores.output import write_performance

    with shown_blocks(prepared.blocks(life=life), prepared.frames) as blocks:
        takes = take_blocks(prepared.bank, blocks)
        write_performance(out, prepared.bank.channels, takes, prepared.source_text, mesh)
    say(f"{out}: {prepared.frames} faces of {prepared.bank.source}")


def _film(prepared: Prepared, out: Path, *, life: bool, avatar: Path | None) -> None:
    from mien.cli.performing import shown_blocks
    from mien.film.drawn import count_pictures, write_film
    from mien.performance.takes import take_of

    with shown_blocks(prepared.blocks(life=life), prepared.frames) as blocks:
        take = take_of(prepared.bank, blocks, prepared.source_text)
    count = count_pictures(take)
    with progress("drawing", count) as step:
        aliases = None if avatar else rig_aliases(prepared.source)
        sound = prepared.score.audio
        write_film(out, take, step, sound=sound, avatar=avatar, aliases=aliases)
    silent = "" if sound is not None else ", without sound"
    say(f"{out}: {prepared.frames / 60:.2f} s, {count} pictures{silent}")
