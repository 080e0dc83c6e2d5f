"""`mien readings`: what labels of corpora mean in a bank's labels."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup


class ReadingsGroup(LazyGroup):
    """The commands under ``mien readings``."""

    table = {  # noqa: RUF012  as declared by the class above
        "check": "Check readings: sums, names, and labels of the bank that nothing reads into.",
    }
    package = "mien.cli.readings"


@click.group("readings", cls=ReadingsGroup)
def command() -> None:
    """Check readings: what the labels of corpora of texts mean in the labels of a bank."""
