"""`mien reader train`: a reader from corpora, after a recipe."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import EXISTING_FOLDER, FOLDER, OutputFile
from mien.cli.terminal import say
from mien_trainer.cli.options import phases


@click.command("train")
@click.argument("recipe", metavar="RECIPE")
@click.option(
    "--data", required=True, type=EXISTING_FOLDER, help="The folder that the recipe's files lie in."
)
@click.option(
    "-o", "--output", "target", required=True, type=OutputFile(".safetensors"), help="The reader."
)
@click.option(
    "--work",
    type=FOLDER,
    help="Where a transformer's training is kept: one that was killed goes on from there.",
)
def command(recipe: str, data: Path, target: Path, work: Path | None) -> None:
    """Train a reader after RECIPE: a file, or the name of one that ships.

    Every file of the data is compared with its digest first. The reader's file holds the digests of
    recipe, readings, sentences and vocabulary, and whom its weights owe what they know.
    """
    from mien.reading.transformer_weights import transformer_bytes
    from mien.reading.weights import Facts, weights_bytes
    from mien.text.atomic import write_atomic
    from mien_trainer.reader.recipe import find_recipe, read_recipe
    from mien_trainer.reader.train import train_reader

    with phases() as step:
        plan = read_recipe(find_recipe(recipe))
        weights: Facts
        if plan.transformer is None:
            weights = train_reader(plan, data, step)
            written, known = weights_bytes(weights), f"{len(weights.features):,} features"
        else:
            from mien_trainer.reader.transformer_reader import train_transformer

            folder = work or target.with_suffix(".training")
            folder.mkdir(parents=True, exist_ok=True)
            weights = train_transformer(plan, plan.transformer, data, folder, step)
            written = transformer_bytes(weights)
            known = f"{len(weights.vocabulary.pieces):,} pieces"
    write_atomic(target, written)
    say(
        f"{target}: {weights.name} {weights.version} for {weights.bank}, "
        f"{known}, {len(written):,} bytes"
    )
