"""What several commands share: an option, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import EXISTING_FOLDER

if TYPE_CHECKING:
    from mien.bank import Bank

SHIPPED = Path("default")
"""The word for a network of whole faces that ships; a file of that name comes first."""

data_option = click.option(
    "--data",
    required=True,
    type=EXISTING_FOLDER,
    help="The targets: a folder that `mien targets make` wrote.",
)


def is_shipped(given: Path) -> bool:
    """Whether the word for what ships is meant, and no file of that name."""
    return given == SHIPPED and not given.exists()


def network_file(given: Path, bank: Callable[[], Bank]) -> Path:
    """The file ``given``; for `SHIPPED` the network that ships for ``bank``, else the newest.

    Raises:
        TrainerError: this installation has none.
        QueryError: there is no such bank.
        ArtifactError: it is damaged.
    """
    if not is_shipped(given):
        return given
    from mien_trainer.speak.network import shipped_network

    return shipped_network(bank().digest)


@contextmanager
def refusals() -> Generator[None]:
    """Meanwhile what the trainer, an artifact or a bank refuses ends the command with 2."""
    from mien.errors import ArtifactError, QueryError
    from mien_trainer.fault import TrainerError

    try:
        yield
    except (TrainerError, ArtifactError, QueryError) as refusal:
        raise click.ClickException(str(refusal)) from refusal


@contextmanager
def phases() -> Generator[Callable[[str, int], Callable[[], None]]]:
    """What begins a progress bar of so many steps, and ends the one before."""
    from mien.cli.terminal import progress

    with ExitStack() as stack:

        def begin(what: str, many: int) -> Callable[[], None]:
            stack.pop_all().close()
            return stack.enter_context(progress(what, many))

        yield begin
