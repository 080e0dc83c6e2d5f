"""`mien readings`: what labels of corpora mean in a bank's labels."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup

_COMMANDS = {
    "check": "Check readings: sums, names, and labels of the bank that nothing reads into.",
}


@click.group("readings", cls=LazyGroup, table=_COMMANDS, package="mien.cli.readings")
def command() -> None:
    """Check readings: what the labels of corpora of texts mean in the labels of a bank."""
