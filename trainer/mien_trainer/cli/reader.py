"""`mien reader`: train, evaluate, pin and release readers of text."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup

_COMMANDS = {
    "check": "Check recipes: names, readings, sentences, files of the data.",
    "train": "Train a reader on corpora, after a recipe.",
    "evaluate": "Measure how well a reader reads.",
    "lock": "Pin a reader, and what it makes of a frozen list of texts.",
    "release": "Freeze a reader at its version, for ever.",
    "export": "Write the network of a transformer as an ONNX file.",
}


@click.group("reader", cls=LazyGroup, table=_COMMANDS, package="mien_trainer.cli.readers")
def command() -> None:
    """Train, evaluate, pin and release readers of text. `mien read` reads with them."""
