"""`mien score`: check, format, plan and lock performances that are written as text."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup


class ScoreGroup(LazyGroup):
    """The commands under ``mien score``."""

    table = {  # noqa: RUF012  as declared by the class above
        "check": "Check scores: names, moments, sound and lips.",
        "fmt": "Put scores into canonical order and spacing.",
        "plan": "Write what a score shows as a table that games play.",
        "lock": "Pin what a score is performed with, what comes out, and its proved smoothness.",
    }
    package = "mien.cli.scores"


@click.group("score", cls=ScoreGroup)
def command() -> None:
    """Check, format, plan and lock scores: performances as text. `mien perform` performs them."""
