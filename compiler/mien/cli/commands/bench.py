"""`mien bench`: speed against peers, side by side in one run."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import OutputFile, bank_source, format_option
from mien.cli.terminal import say, write_json


@click.command("bench")
@click.argument("bank", metavar="[BANK]", default="default")
@format_option
@click.option(
    "--plot", type=OutputFile(".svg"), help="Also plot the cost by batch size into this .svg file."
)
@click.option("--quick", is_flag=True, help="Measure fewer batch sizes, and fewer times.")
def command(bank: str, output: str, plot: Path | None, quick: bool) -> int:
    """Measure how fast this machine computes faces, compiles and starts.

    BANK is default if left out. SciPy, NumPy and, if installed, PyTorch compute the same faces,
    which is checked first. They take turns with mien on one core, so that a busy machine slows all
    alike.
    """
    source = bank_source(bank)
    say(source.described(), err=True)
    folder = source.sources
    from mien.bench import BenchError, keep_to_one_core

    keep_to_one_core()
    from mien.authored.reader import read_bank
    from mien.bench.report import Row, as_svg, as_table, require_matplotlib
    from mien.bench.suite import FULL, QUICK, measure
    from mien.compile import compile_tables

    rows: list[Row] = []
    failed: BenchError | None = None
    try:
        if plot is not None:
            require_matplotlib()
        tables = compile_tables(read_bank(folder))
        for row in measure(tables, folder, QUICK if quick else FULL):
            rows.append(row)
            if output == "text":
                say(f"{len(rows)}: {row.name}", err=True)
    except BenchError as error:
        failed = error
    if plot is not None and rows:
        plot.write_text(as_svg(rows), encoding="utf-8")
    if output == "json":
        write_json([row.as_json() for row in rows])
    elif rows:
        say(as_table(rows))
    if failed is not None:
        say(f"Error: {failed}", err=True)
        return 1
    return 0
