"""`mien evaluate`: how a network keeps the presets and how it speaks, against its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import EXISTING_FOLDER, FILE, OutputFile, format_option
from mien.cli.terminal import progress, say, write_report

if TYPE_CHECKING:
    from mien_trainer.voices.result import VoicesReport

ROOMS = ("clean", "noise", "room", "telephone")


@click.command("evaluate")
@click.argument("networks", metavar="[NETWORK]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=EXISTING_FOLDER,
    help="A folder that `mien targets make` wrote; its test clips are used.",
)
@click.option(
    "--voices",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Recordings of real people, in place of --data: a TSV with the column file and any of "
    "speaker, language, text, times and curves, a folder with such a transcripts.tsv, or a folder "
    "of takes with their sound. Can be given several times.",
)
@click.option(
    "--room",
    "rooms",
    multiple=True,
    type=click.Choice(ROOMS),
    help="How recordings are heard.  [default: all of them]",
)
@click.option(
    "--delay",
    type=click.Choice(("20", "53", "87", "120")),
    default="87",
    show_default=True,
    help="How many milliseconds after the sound networks of lips give them, with --voices.",
)
@click.option(
    "--recogniser",
    metavar="pocketsphinx|whisper[:FOLDER]",
    help="Who hears the words of --voices, as for `mien speak`.  [default: pocketsphinx]",
)
@click.option(
    "--bank",
    metavar="BANK",
    help="The bank that the networks were trained on, if it does not ship; with --voices the one "
    "whose face speaks.",
)
@click.option(
    "--beside",
    "older",
    metavar="NETWORK",
    type=click.Path(path_type=Path),
    help="An older network to compare the lips with, on the labels that it has.",
)
@click.option(
    "--clips",
    "count",
    type=click.IntRange(min=3),
    default=240,
    show_default=True,
    help="Use at most this many clips.",
)
@click.option(
    "-o",
    "--out",
    type=OutputFile(".html", ".htm"),
    metavar="FILE.html",
    help="Also write a page with plots and faces.",
)
@click.option(
    "--kept",
    metavar="FILE.json",
    type=FILE,
    help="Keep the times of sounds that are found with --voices here, and read them next time.",
)
@click.option("--no-gate", is_flag=True, help="Exit with 0 even if a figure misses its bound.")
@format_option
def command(
    networks: tuple[Path, ...],
    data: Path | None,
    voices: tuple[Path, ...],
    rooms: tuple[str, ...],
    delay: str,
    recogniser: str | None,
    bank: str | None,
    older: Path | None,
    count: int,
    out: Path | None,
    kept: Path | None,
    no_gate: bool,
    output: str,
) -> int:
    """Measure each NETWORK: a checkpoint, the folder of a training, or an exported .onnx file.

    Measures how near it is to the presets in silence and in speech, whether labels can be told
    apart while it speaks, how well its lips follow new speech, and how fast it runs. Several
    networks are taken as retrainings of one, and the differences between them are measured too.

    With --voices, measures instead how the lips of exported networks (those that ship, if none is
    named) follow real people, beside rule lips, loudness and uLipSync's algorithm: as recorded,
    in noise, in a room, by telephone.

    Exit codes: 0 every figure keeps its bound, 1 one misses it, 2 something cannot be read.
    """
    _check_usage(networks, data, voices, rooms, older, kept, recogniser)
    if data is None:
        wait = int(delay)
        return _voices(
            networks,
            voices,
            rooms,
            wait,
            bank,
            out,
            kept,
            recogniser,
            no_gate=no_gate,
            output=output,
        )
    from mien_trainer.evaluate.output import report_json, report_lines
    from mien_trainer.evaluate.run import measure, prepare
    from mien_trainer.plots import require_plots

    if out is not None:
        require_plots()
    trial = prepare(networks, data, bank, older, count)
    say(f"bank: {trial.bank.source}", err=True)
    for note in trial.notes:
        say(f"note: {note}", err=True)
    with progress("measuring", trial.steps) as step:
        report = measure(trial, step)
    if out is not None:
        from mien.text.atomic import write_atomic
        from mien_trainer.evaluate.page import report_html

        write_atomic(out, report_html(report, trial.bank).encode())
    write_report(output, report_json(report), report_lines(report))
    return 0 if report.kept or no_gate else 1


def _check_usage(
    networks: tuple[Path, ...],
    data: Path | None,
    voices: tuple[Path, ...],
    rooms: tuple[str, ...],
    older: Path | None,
    kept: Path | None,
    recogniser: str | None,
) -> None:
    if (data is None) == (not voices):
        raise click.UsageError("give --data or --voices: clips that mien made, or real people")
    if data is not None and not networks:
        raise click.UsageError("Missing argument 'NETWORK...'.")
    if data is not None and rooms:
        raise click.UsageError("--room is for --voices")
    if data is not None and kept is not None:
        raise click.UsageError("--kept is for --voices")
    if data is not None and recogniser is not None:
        raise click.UsageError("--recogniser is for --voices")
    if voices and older is not None:
        raise click.UsageError("--beside is for --data; with --voices name both networks")


def _voices(
    networks: tuple[Path, ...],
    voices: tuple[Path, ...],
    rooms: tuple[str, ...],
    delay: int,
    bank: str | None,
    out: Path | None,
    kept: Path | None,
    recogniser: str | None,
    *,
    no_gate: bool,
    output: str,
) -> int:
    from mien_trainer.voices.kept_times import FoundTimes
    from mien_trainer.voices.output import voices_json, voices_lines
    from mien_trainer.voices.run import measure_voices, open_voices

    times = FoundTimes(kept, recogniser=recogniser)
    trial = open_voices(networks, voices, bank, rooms or ROOMS, delay)
    say(f"bank: {trial.bank.source}", err=True)
    with progress("measuring", trial.steps) as step:
        report: VoicesReport = measure_voices(trial, step, times)
    if out is not None:
        from mien.text.atomic import write_atomic
        from mien_trainer.voices.page import voices_html

        write_atomic(out, voices_html(report).encode())
    write_report(output, voices_json(report), voices_lines(report))
    return 0 if report.kept or no_gate else 1
