"""The page of `mien view` beside a stream: it shows what is received, or chooses what is sent."""

from __future__ import annotations

import errno
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from mien.cli.options import bank_source
from mien.cli.terminal import say
from mien.view.live_faces import ChosenFace, FaceFeed
from mien.view.server import ViewServer


@contextmanager
def opened_page(
    bank: str, *, received: FaceFeed | None = None, chosen: ChosenFace | None = None
) -> Generator[ViewServer]:
    """The page of a bank while the block runs; its address is told on stderr.

    Raises:
        click.BadParameter: there is no such bank, or it has no folder.
    """
    folder = bank_source(bank).sources
    if not folder.is_dir():
        raise click.BadParameter(f"{folder} is not the folder of a bank", param_hint="BANK")
    with _server(folder, received, chosen) as server:
        server.start()
        say(f"the page: {server.url}", err=True)
        sys.stderr.flush()
        yield server


def _server(folder: Path, received: FaceFeed | None, chosen: ChosenFace | None) -> ViewServer:
    """On the port of `mien view`, or on any other one where that is taken."""
    from mien.cli.commands.view import USUAL_PORT

    try:
        return ViewServer(folder, port=USUAL_PORT, received=received, chosen=chosen)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return ViewServer(folder, port=0, received=received, chosen=chosen)
