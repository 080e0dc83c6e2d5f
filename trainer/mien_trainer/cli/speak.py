"""`mien speak`: a face for every frame of speech, from a file or live from a pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mien.cli.options import OutputFile, point_options
from mien.cli.terminal import say
from mien.formats.registry import FormatError, format_of, listed, writable
from mien_trainer.cli.options import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mien_trainer.frames import F32
    from mien_trainer.speak.network import OnnxNetwork
    from mien_trainer.speak.speaker import Pipe

PIPE = "-"


@click.command("speak")
@click.argument("audio", metavar="AUDIO")
@click.option("--label", required=True, metavar="LABEL", help="The emotion to show.")
@point_options
@click.option(
    "--network",
    "model",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An exported network (.onnx).  [default: the one that ships]",
)
@click.option(
    "--bank", metavar="BANK", help="The bank that the network was trained on, if it does not ship."
)
@click.option(
    "-o",
    "--out",
    type=OutputFile(),
    help=f"The take to write: {listed(writable())}.  [default: CSV on stdout]",
)
def command(
    audio: str,
    label: str,
    at: str | None,
    vad: tuple[float, float, float] | None,
    intensity: float | None,
    model: Path | None,
    bank: str | None,
    out: Path | None,
) -> None:
    """Give AUDIO a face with the emotion LABEL, at 60 frames a second.

    AUDIO is a sound file of any length: WAV, FLAC, Ogg, MP3 and the like, and .m4a, .aac, .mp4 or
    .webm where ffmpeg is installed. Or it is - for raw samples from a pipe (16 kHz, mono, 16 bits
    little-endian), whose faces are written as they come:

        arecord -t raw -f S16_LE -r 16000 | mien speak - --label joy
    """
    if "=" in label:
        raise click.BadParameter(
            f"{label} is a mixture, and a network takes one label; mixtures work in `mien face`",
            param_hint="'--label'",
        )
    if audio == PIPE and out is not None:
        raise click.UsageError("faces of a pipe go to stdout: leave -o out")
    if audio == PIPE and is_terminal():
        raise click.UsageError("- takes samples from a pipe, and nothing is piped in")
    if out is not None:
        try:
            format_of(out, writable())
        except FormatError as error:
            raise click.BadParameter(str(error), param_hint="'-o' / '--out'") from error
    with refusals():
        network, conditions = _ready(model, bank, label, at, vad, intensity)
        if audio == PIPE:
            from mien_trainer.speak.speaker import pipe_samples

            _speak(network, conditions, pipe_samples(cast("Pipe", sys.stdin.buffer)), "", None)
            return
        from mien_trainer.audio import stream_audio

        with stream_audio(Path(audio)) as blocks:
            _speak(network, conditions, blocks, Path(audio).name, out)


def is_terminal() -> bool:
    """Whether stdin is a person's keyboard."""
    return sys.stdin.isatty()


def _ready(
    model: Path | None,
    bank: str | None,
    label: str,
    at: str | None,
    vad: tuple[float, float, float] | None,
    intensity: float | None,
) -> tuple[OnnxNetwork, F32]:
    from mien_trainer.conditions import condition_rows
    from mien_trainer.speak.network import bank_of, check_known, read_network, shipped_network

    network = read_network(model if model is not None else shipped_network())
    own = bank_of(network.card, bank)
    point = own.point(label, vad=vad, at=at, intensity=intensity)
    check_known(network.card, label, moved=any(one is not None for one in (vad, at, intensity)))
    return network, condition_rows(own.labels.index(label), len(own.labels), point[None])[0]


def _speak(
    network: OnnxNetwork, conditions: F32, blocks: Iterator[F32], name: str, out: Path | None
) -> None:
    """Write faces as they come, to stdout as CSV or into ``out``, all of them or nothing."""
    from mien.formats import livelink
    from mien.text.atomic import replacing
    from mien_trainer.frames import FRAME_RATE
    from mien_trainer.speak.speaker import Speaker

    card = network.card
    speaker = Speaker(network, conditions)
    source = f"{name} with {card.bank} {card.version}, artifact {card.artifact}"
    faces = speaker.stream(blocks)
    if out is None:
        for text in livelink.stream(FRAME_RATE, card.channels, faces, source):
            say(text, end="")
        return
    with replacing(out) as file:
        for piece in format_of(out, writable()).stream(FRAME_RATE, card.channels, faces, source):
            file.write(piece)
    say(f"{out}: {speaker.frames} faces")
