"""`mien reader check`: all that is wrong with a recipe, before a training is begun."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.faults import write_faults
from mien.cli.options import EXISTING_FOLDER, format_option
from mien.cli.terminal import say


@click.command("check")
@click.argument("recipes", metavar="RECIPE...", nargs=-1, required=True)
@click.option(
    "--data",
    type=EXISTING_FOLDER,
    help="Look for the files of the data in this folder, and compare their digests.",
)
@format_option
def command(recipes: tuple[str, ...], data: Path | None, output: str) -> int:
    """Check RECIPEs: files, or names of recipes that ship.

    Their schema, the readings of every label of every corpus, sentences, and with --data each file
    and its digest. All faults are reported at their line and column; exits 1 where there are any.
    """
    from mien.text.fault import Fault, counted
    from mien_trainer.reader.check import recipe_faults
    from mien_trainer.reader.recipe import find_recipe

    faults: list[Fault] = []
    for name in recipes:
        faults += recipe_faults(find_recipe(name), data)
    if faults or output != "text":
        write_faults(faults, output)
    else:
        say(f"{counted(len(recipes), 'recipe')}: fine")
    return 1 if faults else 0
