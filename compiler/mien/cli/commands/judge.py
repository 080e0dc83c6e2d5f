"""`mien judge`: what people make of the faces of a bank."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup

_COMMANDS = {
    "score": "Say which faces of blind sheets observers recognised.",
}


@click.group("judge", cls=LazyGroup, table=_COMMANDS, package="mien.cli.judge")
def command() -> None:
    """Score what people see in faces without names (see `mien sheet --blind`)."""
