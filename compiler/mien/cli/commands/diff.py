"""`mien diff`: what changed between two versions of a bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import OutputFile, format_option
from mien.cli.terminal import say, write_json

if TYPE_CHECKING:
    from mien.diff import Side
    from mien.resolve import BankSource


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--exit-code", is_flag=True, help="Exit 1 if there are differences.")
@click.option(
    "--report",
    type=OutputFile(".html", ".htm"),
    metavar="FILE.html",
    help="Also write a page with the changed faces, drawn before and after.",
)
@format_option
def command(old: str, new: str, exit_code: bool, report: Path | None, output: str) -> int:
    """Show what changed from OLD to NEW, how visible it is, and which version it needs.

    OLD and NEW are each a name (default: the newest release that ships), a release (default@1.0.0,
    ours@latest, or 1.0.0 for a release of the other bank), a folder, an artifact, or a git revision
    (HEAD~1:presets/ours, or HEAD~1 for the folder of the other bank). If the bank did not exist yet
    in OLD, there is nothing to compare, and the exit code is 0.
    """
    from mien.diff import compare
    from mien.diff.comparison import named
    from mien.diff.output import data, named_data
    from mien.diff.side import other_bank
    from mien.resolve import NewBankError

    after = side(new, other_bank(old), "NEW")
    try:
        before = side(old, other_bank(new), "OLD")
    except NewBankError as new_bank:
        if output == "json":
            write_json({"old": None, "new": named_data(named(after)), "note": str(new_bank)})
        else:
            say(f"{named(after).described}: {new_bank}")
        return 0
    found = compare(before, after)
    if report is not None:
        from mien.diff.report import write_report

        write_report(report, before, after, found)
    if output == "json":
        write_json(data(found))
    else:
        from mien.diff.output import lines

        for line in lines(found):
            say(line)
    return 1 if exit_code and not found.empty else 0


def side(text: str, near: BankSource | None, parameter: str) -> Side:
    """The bank that ``text`` means.

    Raises:
        click.BadParameter: there is none, or its artifact is unusable.
        NewBankError: it is a bank that was not there yet.
        SourceError: its sources cannot be used.
    """
    from mien.diff import load_side
    from mien.errors import ArtifactError, QueryError
    from mien.resolve import NewBankError

    try:
        return load_side(text, near)
    except NewBankError:
        raise
    except (QueryError, ArtifactError) as refusal:
        raise click.BadParameter(str(refusal), param_hint=parameter) from None
