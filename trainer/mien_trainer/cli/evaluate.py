"""`mien evaluate`: how a network keeps the presets and how it speaks, against its bounds."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import OutputFile, format_option
from mien.cli.terminal import say
from mien_trainer.cli.options import refusals


@click.command("evaluate")
@click.argument(
    "networks", metavar="NETWORK...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder that `mien targets make` wrote; its test clips are used.",
)
@click.option(
    "--bank",
    metavar="BANK",
    help="The bank that the networks were trained on, if it does not ship.",
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
@click.option("--no-gate", is_flag=True, help="Exit with 0 even if a figure misses its bound.")
@format_option
def command(
    networks: tuple[Path, ...],
    data: Path,
    bank: str | None,
    older: Path | None,
    count: int,
    out: Path | None,
    no_gate: bool,
    output: str,
) -> int:
    """Measure each NETWORK: a checkpoint, the folder of a training, or an exported .onnx file.

    Measures how near it is to the presets in silence and in speech, whether labels can be told
    apart while it speaks, how well its lips follow new speech, and how fast it runs. Several
    networks are taken as retrainings of one, and the differences between them are measured too.
    Exit codes: 0 every figure keeps its bound, 1 one misses it, 2 something cannot be read.
    """
    from mien.cli.terminal import progress, write_json
    from mien_trainer.evaluate.output import report_json, report_lines
    from mien_trainer.evaluate.run import measure, prepare
    from mien_trainer.plots import require_plots

    with refusals():
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
    if output == "json":
        write_json(report_json(report))
    else:
        say("\n".join(report_lines(report)))
    return 0 if report.kept or no_gate else 1
