"""What several commands share: an option, and how they refuse."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

data_option = click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The targets: a folder that `mien targets make` wrote.",
)


@contextmanager
def refusals() -> Generator[None]:
    """Meanwhile what the trainer, an artifact or a bank refuses ends the command with 2."""
    from mien.errors import ArtifactError, QueryError
    from mien_trainer.fault import TrainerError

    try:
        yield
    except (TrainerError, ArtifactError, QueryError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
