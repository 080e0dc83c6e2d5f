"""`mien targets`: make training targets, audit them, play them."""

from __future__ import annotations

from importlib.util import find_spec

import click

from mien.cli.main import LazyGroup

_NEEDED = ("pyarrow", "soundfile", "soxr", "pocketsphinx")


_COMMANDS = {
    "make": "Make training targets from a recipe.",
    "audit": "Check the quality of a set of targets.",
    "preview": "Play one clip with the drawn face, as a page or a film.",
}


@click.group("targets", cls=LazyGroup, table=_COMMANDS, package="mien_trainer.cli")
def command() -> None:
    """Make, audit and play targets: speech, conditions and faces to train a network on."""
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if absent:
        raise click.UsageError(
            f"this needs the extra mien[targets]: pip install 'mien[targets]' "
            f"(not installed: {', '.join(absent)})"
        )
