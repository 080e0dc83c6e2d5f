"""`mien targets`: make training targets, audit them, play them."""

from __future__ import annotations

from importlib.util import find_spec

import click

from mien.cli.main import LazyGroup

_NEEDED = ("pyarrow", "soundfile", "soxr", "pocketsphinx")


class TargetsGroup(LazyGroup):
    """The commands under ``mien targets``."""

    table = {  # noqa: RUF012  as declared by the class above
        "make": "Make training targets from a recipe.",
        "audit": "Measure what a set of targets would teach.",
        "preview": "Play a clip with a face.",
    }
    package = "mien_trainer.cli"


@click.group("targets", cls=TargetsGroup)
def command() -> None:
    """Training targets for the neural layer: speech, conditions, and the faces they should give."""
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if absent:
        raise click.UsageError(
            f"this needs the extra mien[targets]: pip install 'mien[targets]' "
            f"(not installed: {', '.join(absent)})"
        )
