"""What a person has to change, said in one line."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import click


@contextmanager
def refusals() -> Generator[None]:
    """Meanwhile what the trainer, an artifact or a bank refuses ends the command with 2."""
    from mien.errors import ArtifactError, QueryError
    from mien_trainer.fault import TrainerError

    try:
        yield
    except (TrainerError, ArtifactError, QueryError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
