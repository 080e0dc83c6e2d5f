"""`mien sheet`: every face of a bank on one page, or what changed between two banks."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import bank_folder


@click.command("sheet", short_help="Draw every archetype of a bank on one page.")
@click.argument("bank", metavar="BANK")
@click.argument("new", metavar="[NEW]", required=False)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The .html, .svg or .png file to write (PNG needs the extra mien[png]).",
)
def command(bank: str, new: str | None, out: Path) -> int:
    """Draw BANK: a row a label, its intensities, then its styles at their anchors.

    Under each face stand its strongest channels, the label it is nearest to at the same intensity
    and what lint says of it. With NEW, only the faces that differ are drawn, before and after.
    """
    from mien.authored.reader import read_bank
    from mien.drawing.png import PngUnavailable
    from mien.sheet.write import SUFFIXES, write_page

    if out.suffix.lower() not in SUFFIXES:
        raise click.BadParameter(
            f"{out} should end in {', '.join(SUFFIXES)}", param_hint="'-o' / '--out'"
        )
    old = read_bank(bank_folder(bank))
    if new is None:
        from mien.sheet.overview import overview

        page = overview(old)
    else:
        from mien.sheet.compare import comparison

        page = comparison(old, read_bank(bank_folder(new)))
    try:
        write_page(out, page)
    except PngUnavailable as missing:
        raise click.UsageError(str(missing)) from missing
    click.echo(f"{out}: {sum(len(row.cells) for row in page.rows)} faces")
    return 0
