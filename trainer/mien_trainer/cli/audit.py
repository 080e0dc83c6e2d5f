"""`mien targets audit`: what a set of targets would teach, before anything learns from it."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import FOLDER, OutputFile, format_option
from mien.cli.terminal import progress, say, write_report


@click.command("audit")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--bank",
    metavar="BANK",
    help="The bank that they were made for (default: the one that the manifest names; for takes, "
    "the default bank).",
)
@click.option(
    "-o",
    "--out",
    type=OutputFile(".html", ".htm"),
    metavar="FILE.html",
    help="Also write a page with plots and faces.",
)
@format_option
def command(folder: Path, bank: str | None, out: Path | None, output: str) -> int:
    """Check the targets in DIR, or recorded takes before they are made into targets.

    Reports where the mouth stays open in silence, where closures are lost, which clips are broken,
    and what the set lacks. Exit codes: 0 usable (perhaps with notes), 1 something must be corrected
    before training, 2 it cannot be read.
    """
    from mien_trainer.audit.as_json import report_json
    from mien_trainer.audit.as_text import report_lines
    from mien_trainer.audit.inputs import open_input
    from mien_trainer.audit.run import audit
    from mien_trainer.plots import require_plots

    if out is not None:
        require_plots()
    inputs = open_input(folder, bank)
    say(f"bank: {inputs.bank.source}", err=True)
    with progress("auditing", inputs.count) as step:
        report = audit(inputs, str(folder), step)
    if out is not None:
        from mien.text.atomic import write_atomic
        from mien_trainer.audit.page import audit_html

        write_atomic(out, "".join(audit_html(report, inputs.bank)).encode())
    write_report(output, report_json(report), report_lines(report))
    return 1 if report.failed else 0
