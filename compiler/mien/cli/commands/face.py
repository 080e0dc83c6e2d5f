"""`mien face`: one face, as a table or as JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.mixtures import label_of
from mien.cli.options import OutputFile, format_option, point_options, rig_aliases, source_argument
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.bank import Bank
    from mien.engine.tables import F32
    from mien.resolve import BankSource


@click.command("face")
@source_argument
@click.argument("label", metavar="LABEL")
@point_options
@click.option(
    "--style",
    metavar="S",
    help="A style of the label, at its own point unless another one is given.",
)
@click.option(
    "--speech",
    type=float,
    default=0.0,
    help="How much of the mouth to leave to speech, from 0 to 1.",
)
@click.option(
    "--time",
    type=float,
    metavar="MS",
    help="The face so many ms after its start, by the label's dynamics or its --sequence.",
)
@click.option("--sequence", metavar="S", help="A sequence of the label; see `mien list`.")
@click.option(
    "-o",
    "--out",
    type=OutputFile(".svg", ".png"),
    help="Also draw the face into this .svg or .png file.",
)
@format_option
def command(
    bank: BankSource,
    label: str,
    at: str | None,
    vad: tuple[float, float, float] | None,
    intensity: float | None,
    style: str | None,
    speech: float,
    time: float | None,
    sequence: str | None,
    out: Path | None,
    output: str,
) -> None:
    """Show the face that BANK gives for LABEL.

    BANK is the name of a bank that ships (its newest release), NAME@VERSION, a folder or an
    artifact. LABEL is one label, or a mixture such as joy:0.6,surprise:0.4.
    """
    from mien.errors import QueryError
    from mien.picture import Picture
    from mien.resolve import load_bank

    if sequence is not None and time is None:
        raise click.UsageError("--sequence needs a --time, in ms from its start")
    if time is not None and not math.isfinite(time):
        raise click.UsageError(f"--time is {time:g}, expected milliseconds")
    if time is not None and speech:
        raise click.UsageError("--time shows a face without speech")
    loaded = load_bank(bank)
    described = bank.described(loaded.id, loaded.version)
    try:
        what = label_of(label)
        point = loaded.point(what, vad=vad, at=at, intensity=intensity, style=style)
        weights = loaded.face(what, vad=point, style=style, speech=speech)
        if time is not None:
            weights = loaded.timed(weights, *_at_time(loaded, what, sequence, at, time))
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    channels = loaded.named(weights)
    place = tuple(float(str(value)) for value in point)
    if out is not None:
        _draw(bank, out, channels)
        say(f"{out}: the face", err=True)
    if output == "json":
        write_json(
            {
                "source": bank.as_json(loaded.id, loaded.version),
                "label": label,
                "vad": place,
                "style": style,
                "speech": speech,
                **({} if time is None else {"time": time, "sequence": sequence}),
                "channels": channels,
            }
        )
    else:
        styled = f", {style}" if style else ""
        if time is not None:
            styled += f", {f'{sequence}, ' if sequence else ''}{time:g} ms after its start,"
        head = f"{label}{styled} at V {place[0]:+.2f} A {place[1]:+.2f} D {place[2]:+.2f}"
        say(f"{head}, {described}\n{Picture(weights=channels)}")


def _at_time(
    bank: Bank, label: str | Mapping[str, float], sequence: str | None, at: str | None, time: float
) -> tuple[F32, F32]:
    """Gain and offset of a label at a time.

    Raises:
        QueryError: a mixture, or a label or sequence that is not there.
    """
    import numpy as np

    from mien.errors import QueryError

    if not isinstance(label, str):
        raise QueryError("a mixture has no timeline; name one label")
    timeline = bank.timelines.get(label)
    if timeline is None:
        known = ", ".join(bank.timelines) or "no label of this bank has one"
        raise QueryError(f"{label} has no shape in time: {known}")
    level = at if at in bank.intensities else None
    sample = timeline.clip(sequence, level).sample(np.array([time], dtype=np.float64))
    return sample.gain[0], sample.offset[0]


def _draw(bank: BankSource, out: Path, channels: dict[str, float]) -> None:
    from mien.drawing.rig_weights import undrawn_sentence
    from mien.drawing.svg import write_drawing

    undrawn = write_drawing(out, channels, rig_aliases(bank))
    if undrawn:
        say(undrawn_sentence(undrawn), err=True)
