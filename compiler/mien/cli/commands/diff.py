"""`mien diff`: what changed between two versions of a bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import format_option
from mien.cli.render import write_json

if TYPE_CHECKING:
    from mien.diff import Side


@click.command("diff", short_help="Say what changed between two versions of a bank.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--exit-code", is_flag=True, help="Exit 1 if there are differences.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help="Also write one page with the changed faces, drawn before and after.",
)
@format_option
def command(old: str, new: str, exit_code: bool, report: Path | None, output: str) -> int:
    """Say what changed from OLD to NEW, how visible it is, and which version it needs.

    Each is a bank's folder, the name of a bank that ships, an artifact, a release (default@1.0.0;
    1.0.0 alone: of the other one's bank), or a git revision: HEAD~1:presets/default, or HEAD~1
    alone for the folder of the other one.
    """
    if report is not None and report.suffix.lower() not in (".html", ".htm"):
        raise click.BadParameter(f"{report} should end in .html", param_hint="--report")
    from mien.diff import compare
    from mien.diff.sources import source_folder

    after = side(new, source_folder(old), "NEW")
    before = side(old, source_folder(new), "OLD")
    found = compare(before, after)
    if report is not None:
        from mien.diff.report import write_report

        write_report(report, before, after, found)
    if output == "json":
        from mien.diff.as_json import data

        write_json(data(found))
    else:
        from mien.diff.as_text import lines

        for line in lines(found):
            click.echo(line)
    return 1 if exit_code and not found.empty else 0


def side(text: str, near: Path | None, parameter: str) -> Side:
    """The bank that ``text`` means.

    Raises:
        click.BadParameter: there is none, or its artifact is unusable.
        SourceError: its sources cannot be used.
    """
    from mien.diff.fault import SideError
    from mien.diff.sources import load_side
    from mien.errors import ArtifactError

    try:
        return load_side(text, near)
    except (SideError, ArtifactError) as refusal:
        raise click.BadParameter(str(refusal), param_hint=parameter) from None
