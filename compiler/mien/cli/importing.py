"""What is asked of `mien import`: its arguments and options."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import frozen

from mien.cli.options import NumberRange, argument, option


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    return None if value is None else _seconds(value)


def _moments(
    context: click.Context, parameter: click.Parameter, value: tuple[str, str] | None
) -> tuple[float, float] | None:
    if value is None:
        return None
    start, end = map(_seconds, value)
    if end < start:
        message = f"the end is before the start: write --range {value[1]} {value[0]}"
        raise click.BadParameter(message)
    return start, end


def _seconds(text: str) -> float:
    """A moment in seconds, written ``3.2`` or ``3.2s``."""
    try:
        found = float(text.removesuffix("s"))
    except ValueError:
        found = -1.0
    if not 0.0 <= found < float("inf"):
        raise click.BadParameter(f"{text} is no moment: write it in seconds, such as 3.2s")
    return found


@frozen(kw_only=True)
class Import:
    """The options as they were given; ``at`` and ``span`` are moments of a recording in seconds."""

    file: Path = argument(metavar="FILE", type=click.Path(path_type=Path))
    out: Path = option(
        "-o",
        type=click.Path(path_type=Path),
        required=True,
        help="A take, its format by the ending; a draft of one emotion (.yaml); a folder of "
        "drafts, or of takes.",
    )
    rate: float | None = option(
        type=NumberRange(0.1, 1000.0),
        metavar="R",
        help="Frames a second of a file whose clock does not tell it.",
    )
    at: float | None = option(callback=_moment, metavar="S", help="Draft the face at this moment.")
    span: tuple[float, float] | None = option(
        "--range",
        nargs=2,
        callback=_moments,
        metavar="S S",
        help="Draft the mean of the faces between two moments.",
    )
    peak: bool = option(
        is_flag=True, help="With --range: not the mean, the face furthest from rest."
    )
    bank_name: str = option(
        "--bank",
        metavar="BANK",
        default="default",
        help="The bank whose rig, labels and lint rules a draft follows.",
    )
    intensity: str | None = option(
        metavar="NAME",
        help="The one intensity of a draft.  [default: mid of a recording, else all]",
    )
    ratios: str | None = option(
        metavar="R,...",
        help="Draft a face at every intensity, the weights times these, from the lowest.  "
        "[default: even steps from 0.35 to 1]",
    )
    anchors: bool = option(
        is_flag=True,
        help="FILE is a table of valence, arousal and dominance: draft anchors into a folder, or "
        "write a patch (.patch) of the bank's folder.",
    )
    scale: tuple[float, float] | None = option(
        type=float,
        nargs=2,
        metavar="LOW HIGH",
        help="The lowest and the highest number of --anchors: -1 1, 0 1, 1 9.",
    )
    known_only: bool = option(
        is_flag=True, help="With --anchors: leave out rows whose label or level BANK does not have."
    )
    label: str | None = option(
        metavar="NAME", help="The label of a draft; of a table of faces, this one only."
    )
    percent: bool = option(is_flag=True, help="The weights of a table of faces go to 100.")
