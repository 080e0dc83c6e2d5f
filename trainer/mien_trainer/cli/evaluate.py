"""`mien evaluate`: how a network keeps the presets and how it speaks, against its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen
from click.core import ParameterSource

from mien.cli.options import (
    EXISTING_FOLDER,
    OutputFile,
    argument,
    as_record,
    format_option,
    option,
    shared,
)
from mien.cli.terminal import progress, say, write_report
from mien_trainer.cli.options import is_shipped, network_file
from mien_trainer.cli.speech_request import DELAY

if TYPE_CHECKING:
    from mien_trainer.voices.result import VoicesReport

ROOMS = ("clean", "noise", "room", "telephone")


@frozen(kw_only=True)
class Evaluation:
    """What is asked of `mien evaluate`, as the options say."""

    networks: tuple[Path, ...] = argument(
        metavar="[NETWORK]...", nargs=-1, type=click.Path(path_type=Path)
    )
    data: Path | None = option(
        type=EXISTING_FOLDER,
        help="A folder that `mien targets make` wrote; its test clips are used.",
    )
    voices: tuple[Path, ...] = option(
        metavar="PATH",
        multiple=True,
        type=click.Path(path_type=Path, exists=True),
        help="Recordings of real people, in place of --data: a TSV with the column file and any of "
        "speaker, language, text, times and curves, a folder with such a transcripts.tsv, or a "
        "folder of takes with their sound. Can be given several times.",
    )
    rooms: tuple[str, ...] = option(
        "--room",
        multiple=True,
        type=click.Choice(ROOMS),
        help="How recordings are heard.  [default: all of them]",
    )
    delay: str = option(
        type=DELAY,
        default="87",
        help="How many milliseconds after the sound networks of lips give them, with --voices.",
    )
    recogniser: str | None = option(
        metavar="pocketsphinx|whisper[:FOLDER]",
        help="Who hears the words of --voices, as for `mien speak`.  [default: pocketsphinx]",
    )
    bank: str | None = option(
        metavar="BANK",
        help="The bank that the networks were trained on, if it does not ship; with --voices the "
        "one whose face speaks.",
    )
    older: Path | None = option(
        "--beside",
        metavar="NETWORK",
        type=click.Path(path_type=Path),
        help="An older network to compare the lips with, on the labels that it has.",
    )
    count: int = option(
        "--clips", type=click.IntRange(min=3), default=240, help="Use at most this many clips."
    )
    out: Path | None = option(
        "-o",
        type=OutputFile(".html", ".htm"),
        metavar="FILE.html",
        help="Also write a page with plots and faces.",
    )
    kept: Path | None = option(
        metavar="FILE.json",
        type=OutputFile(),
        help="Keep the times of sounds that are found with --voices here, and read them next time.",
    )
    no_gate: bool = option(is_flag=True, help="Exit with 0 even if a figure misses its bound.")
    output: str = shared(format_option)


@click.command("evaluate")
@as_record(Evaluation)
def command(asked: Evaluation) -> int:
    """Measure each NETWORK: a checkpoint, the folder of a training, or an exported .onnx file.

    The word default is the network of whole faces that ships.

    Measures how near it is to the presets in silence and in speech, whether labels can be told
    apart while it speaks, how well its lips follow new speech, and how fast it runs. Several
    networks are taken as retrainings of one, and the differences between them are measured too.

    With --voices, measures instead how the lips of exported networks (those that ship, if none is
    named) follow real people, beside rule lips, loudness and uLipSync's algorithm: as recorded,
    in noise, in a room, by telephone.

    Exit codes: 0 every figure keeps its bound, 1 one misses it or there is too little speech to
    judge, 2 something cannot be read.
    """
    _check_usage(click.get_current_context())
    return _by_targets(asked, asked.data) if asked.data is not None else _by_voices(asked)


def _by_targets(asked: Evaluation, data: Path) -> int:
    from mien_trainer.evaluate.output import report_json, report_lines
    from mien_trainer.evaluate.run import measure, prepare
    from mien_trainer.plots import require_plots
    from mien_trainer.speak.network import shipped_network
    from mien_trainer.targets.manifest import read_manifest

    if asked.out is not None:
        require_plots()
    artifact = read_manifest(data).artifact
    networks = [shipped_network(artifact) if is_shipped(one) else one for one in asked.networks]
    trial = prepare(networks, data, asked.bank, asked.older, asked.count)
    say(f"bank: {trial.bank.source}", err=True)
    for note in trial.notes:
        say(f"note: {note}", err=True)
    with progress("measuring", trial.steps) as step:
        report = measure(trial, step)
    if asked.out is not None:
        from mien.text.atomic import write_atomic
        from mien_trainer.evaluate.page import report_html

        write_atomic(asked.out, "".join(report_html(report, trial.bank)).encode())
    write_report(asked.output, report_json(report), report_lines(report))
    return 0 if report.kept or asked.no_gate else 1


_OF_VOICES = {"rooms": "--room", "delay": "--delay", "recogniser": "--recogniser", "kept": "--kept"}
_OF_DATA = {
    "older": "--beside (with --voices name both networks)",
    "count": "--clips (each recording of --voices is used)",
}


def _check_usage(context: click.Context) -> None:
    """See that what is given goes together: clips that mien made, or real people."""
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    if given >= {"data", "voices"}:
        raise click.UsageError(
            "give --data or --voices, not both: the one measures on clips that mien made, the "
            "other on real people"
        )
    if not given & {"data", "voices"}:
        raise click.UsageError("give --data or --voices: clips that mien made, or real people")
    if "data" in given:
        if not context.params["networks"]:
            raise click.UsageError(
                "--data needs a NETWORK to measure: a checkpoint, the folder of a training, an "
                "exported .onnx file, or default"
            )
        others, wanted = _OF_VOICES, "--voices"
    else:
        others, wanted = _OF_DATA, "--data"
    for key, said in others.items():
        if key in given:
            name, _, instead = said.partition(" ")
            raise click.UsageError(f"{name} is for {wanted}" + (f" {instead}" if instead else ""))


def _by_voices(asked: Evaluation) -> int:
    from mien_trainer.speak.way import given_bank
    from mien_trainer.voices.kept_times import FoundTimes
    from mien_trainer.voices.output import voices_json, voices_lines
    from mien_trainer.voices.run import measure_voices, open_voices

    times = FoundTimes(asked.kept, recogniser=asked.recogniser)
    rooms, delay = asked.rooms or ROOMS, int(asked.delay)
    networks = [network_file(one, lambda: given_bank(asked.bank)) for one in asked.networks]
    trial = open_voices(networks, asked.voices, asked.bank, rooms, delay)
    say(f"bank: {trial.bank.source}", err=True)
    with progress("measuring", trial.steps) as step:
        report: VoicesReport = measure_voices(trial, step, times)
    if asked.out is not None:
        from mien.text.atomic import write_atomic
        from mien_trainer.voices.page import voices_html

        write_atomic(asked.out, "".join(voices_html(report)).encode())
    write_report(asked.output, voices_json(report), voices_lines(report))
    return 0 if report.kept or asked.no_gate else 1
