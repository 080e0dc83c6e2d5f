"""`mien judge`: what people make of the faces of a bank."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup


class JudgeGroup(LazyGroup):
    """The commands under ``mien judge``."""

    table = {  # noqa: RUF012  as declared by the class above
        "score": "Say which faces of blind sheets observers recognised.",
    }
    package = "mien.cli.judge"


@click.group("judge", cls=JudgeGroup)
def command() -> None:
    """Score what people see in faces without names (see `mien sheet --blind`)."""
