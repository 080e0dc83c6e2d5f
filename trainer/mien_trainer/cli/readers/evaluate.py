"""`mien reader evaluate`: how well a reader reads, in numbers."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import EXISTING_FOLDER, OutputFile, format_option
from mien.cli.terminal import say, write_json
from mien_trainer.cli.options import phases


@click.command("evaluate")
@click.argument("reader", metavar="[READER]", required=False)
@click.option("--recipe", default="linear", help="Whose test texts: a file or a name.")
@click.option(
    "--data", required=True, type=EXISTING_FOLDER, help="The folder that the recipe's files lie in."
)
@click.option("--bank", default="default", help="The bank that it reads into.")
@click.option(
    "--own-labels",
    is_flag=True,
    help="Measure each corpus's own labels too; a linear reader is fitted to them, a minute each.",
)
@click.option("--page", type=OutputFile(".html"), help="Write the tables as a page too.")
@format_option
def command(
    reader: str | None,
    recipe: str,
    data: Path,
    bank: str,
    own_labels: bool,
    page: Path | None,
    output: str,
) -> None:
    """Measure READER (a file or a release; the one that ships) on texts that it has not seen.

    F1 by label, how often the top label and the confidence are right, the error of faces beside
    that of a face that is always neutral, VAD beside the agreement of raters, texts written
    another way, and lists with negation, sarcasm, and names and pronouns swapped.
    """
    from mien.reading.reader import reader as open_reader
    from mien.reading.released import find_reader
    from mien.text.atomic import write_atomic
    from mien_trainer.reader.evaluate import evaluate, evaluation_json
    from mien_trainer.reader.recipe import find_recipe, read_recipe
    from mien_trainer.reader.report import page_of, text_of

    with phases() as step:
        loaded = open_reader(reader, bank=bank)
        size = find_reader(reader).path.stat().st_size
        found = evaluate(
            loaded, size, read_recipe(find_recipe(recipe)), data, own_labels=own_labels, step=step
        )
    if page is not None:
        write_atomic(page, "".join(page_of(found)).encode())
    if output == "json":
        write_json(evaluation_json(found))
        return
    say(text_of(found), end="")
    if page is not None:
        say(f"page: {page}")
