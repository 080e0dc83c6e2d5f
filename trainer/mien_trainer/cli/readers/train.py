"""`mien reader train`: a reader from corpora, after a recipe."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from mien.cli.options import OutputFile
from mien.cli.terminal import progress, say
from mien_trainer.cli.options import refusals


@click.command("train")
@click.argument("recipe", metavar="RECIPE")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder that the recipe's files lie in.",
)
@click.option(
    "-o", "--output", "target", required=True, type=OutputFile(".safetensors"), help="The reader."
)
def command(recipe: str, data: Path, target: Path) -> None:
    """Train a reader after RECIPE: a file, or the name of one that ships.

    Every file of the data is compared with its digest first. The reader's file holds the digests of
    recipe, readings, sentences and vocabulary, and whom its weights owe what they know.
    """
    from mien.reading.weights import weights_bytes
    from mien.text.atomic import write_atomic
    from mien_trainer.reader.recipe import find_recipe, read_recipe
    from mien_trainer.reader.train import train_reader

    with refusals(), ExitStack() as stack:

        def step(what: str, many: int) -> Callable[[], None]:
            stack.pop_all().close()
            return stack.enter_context(progress(what, many))

        weights = train_reader(read_recipe(find_recipe(recipe)), data, step)
    written = weights_bytes(weights)
    write_atomic(target, written)
    say(
        f"{target}: {weights.name} {weights.version} for {weights.bank}, "
        f"{len(weights.features):,} features, {len(written):,} bytes"
    )
