"""`mien face`: one face, as a table or as JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from mien.cli.mixtures import label_of
from mien.cli.options import (
    OutputFile,
    argument,
    as_record,
    at_option,
    format_option,
    intensity_option,
    option,
    rig_aliases,
    shared,
    source_argument,
    vad_option,
)
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.bank import Bank
    from mien.engine.tables import F32
    from mien.resolve import BankSource


@frozen(kw_only=True)
class Asked:
    """What is asked of `mien face`."""

    bank: BankSource = shared(source_argument)
    label: str = argument(metavar="LABEL")
    at: str | None = shared(at_option)
    vad: tuple[float, float, float] | None = shared(vad_option)
    intensity: float | None = shared(intensity_option)
    style: str | None = option(
        metavar="S", help="A style of the label, at its own point unless another one is given."
    )
    speech: float = option(
        type=float, default=0.0, help="How much of the mouth to leave to speech, from 0 to 1."
    )
    time: float | None = option(
        type=float,
        metavar="MS",
        help="The face so many ms after its start, by the label's dynamics or its --sequence.",
    )
    sequence: str | None = option(metavar="S", help="A sequence of the label; see `mien list`.")
    out: Path | None = option(
        "-o",
        type=OutputFile(".svg", ".png"),
        help="Also draw the face into this .svg or .png file.",
    )
    output: str = shared(format_option)


@click.command("face")
@as_record(Asked)
def command(asked: Asked) -> None:
    """Show the face that BANK gives for LABEL.

    BANK is the name of a bank that ships (its newest release), NAME@VERSION, a folder or an
    artifact. LABEL is one label, or a mixture such as joy:0.6,surprise:0.4.
    """
    from mien.errors import QueryError
    from mien.picture import Picture
    from mien.resolve import load_bank

    if asked.sequence is not None and asked.time is None:
        raise click.UsageError("--sequence needs a --time, in ms from its start")
    if asked.time is not None and not math.isfinite(asked.time):
        raise click.UsageError(f"--time is {asked.time:g}, expected milliseconds")
    if asked.time is not None and asked.speech:
        raise click.UsageError("--time shows a face without speech")
    loaded = load_bank(asked.bank)
    described = asked.bank.described(loaded.id, loaded.version)
    try:
        what = label_of(asked.label)
        point = loaded.point(
            what, vad=asked.vad, at=asked.at, intensity=asked.intensity, style=asked.style
        )
        weights = loaded.face(what, vad=point, style=asked.style, speech=asked.speech)
        if asked.time is not None:
            weights = loaded.timed(
                weights, *_at_time(loaded, what, asked.sequence, asked.at, asked.time)
            )
    except QueryError as error:
        raise click.UsageError(str(error)) from error
    channels = loaded.named(weights)
    place = tuple(float(str(value)) for value in point)
    if asked.out is not None:
        _draw(asked.bank, asked.out, channels)
        say(f"{asked.out}: the face", err=True)
    if asked.output == "json":
        write_json(
            {
                "source": asked.bank.as_json(loaded.id, loaded.version),
                "label": asked.label,
                "vad": place,
                "style": asked.style,
                "speech": asked.speech,
                **({} if asked.time is None else {"time": asked.time, "sequence": asked.sequence}),
                "channels": channels,
            }
        )
    else:
        styled = f", {asked.style}" if asked.style else ""
        if asked.time is not None:
            named = f"{asked.sequence}, " if asked.sequence else ""
            styled += f", {named}{asked.time:g} ms after its start,"
        head = f"{asked.label}{styled} at V {place[0]:+.2f} A {place[1]:+.2f} D {place[2]:+.2f}"
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
