"""`mien score fmt`: scores in canonical order and spacing, as `mien fmt` puts any source."""

from __future__ import annotations

import click

from mien.cli.commands.fmt import format_sources
from mien.cli.options import format_option


@click.command("fmt")
@click.argument("scores", metavar="SCORE...", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@format_option
def command(scores: tuple[str, ...], check: bool, diff: bool, output: str) -> int:
    """Put SCOREs into canonical order and spacing, keeping every comment.

    The meaning of a score never changes. One that cannot be read, or whose keys or values are
    wrong, is reported and left as it is (exit 2).
    """
    return format_sources(scores, check=check, diff=diff, output=output)
