"""`mien view`: a bank live in the browser, or a score on a timeline."""

from __future__ import annotations

import errno
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mien.cli.options import bank_source, format_option
from mien.cli.terminal import say, write_json
from mien.text.files import SUFFIXES

if TYPE_CHECKING:
    from mien.resolve import BankSource
    from mien.view.server import ViewServer

USUAL_PORT = 6436
"""M-I-E-N on a telephone's keys. A port that stays makes links that stay."""


@click.command("view")
@click.argument("shown", metavar="BANK|SCORE")
@click.option(
    "--bank", "instead", metavar="BANK", help="Play SCORE with this bank instead of its own."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"The port; 0 for any free one.  [default: {USUAL_PORT}, or any free one if it is taken]",
)
@click.option(
    "--host",
    default="127.0.0.1",
    help="The address to listen on. The default can be reached only from this machine.",
)
@click.option(
    "--open/--no-open",
    "opened",
    default=None,
    help="Open the page in your browser.  [default: open, if run in a terminal]",
)
@format_option
def command(
    shown: str, instead: str | None, port: int | None, host: str, opened: bool | None, output: str
) -> int:
    """Show BANK on a local web page: choose a label, move the point, and see the face.

    Edit presets on the page, or save a file in any editor and the face follows. A release is
    read-only. A SCORE (a .yaml or .json file) is played there on a timeline, with its sound: drag
    its cues, hear them, save them. With --format json, the first line is {"url": ..., "source":
    ...}. Stop with Ctrl-C.
    """
    score = Path(shown) if Path(shown).suffix in SUFFIXES and Path(shown).is_file() else None
    if score is None and instead is not None:
        raise click.UsageError("--bank is for a score; name the bank alone")
    bank = bank_source(shown) if score is None else _bank_of(score, instead)
    folder = bank.sources
    if not folder.is_dir():
        raise click.BadParameter(f"{folder} is not the folder of a bank", param_hint="BANK")
    with _server(folder, host, port, None if score is None else (score, instead)) as server:
        _announce(server, bank, output, score)
        if sys.stdout.isatty() and output == "text" if opened is None else opened:
            _open(server.url)
        with suppress(KeyboardInterrupt):
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, server.interrupt)
            server.serve()
    if output == "text":
        say("stopped")
    return 0


def _bank_of(score: Path, instead: str | None) -> BankSource:
    """The bank that a score is played with."""
    from mien.scores.read import read_score

    named = read_score(score).bank
    return bank_source(named if instead is None else instead)


def _server(
    bank: Path, host: str, port: int | None, score: tuple[Path, str | None] | None
) -> ViewServer:
    from mien.cli.performing import listening
    from mien.view.server import ViewServer

    def on(number: int) -> ViewServer:
        return ViewServer(bank, host=host, port=number, score=score, listening=listening)

    try:
        return on(USUAL_PORT if port is None else port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and port is None:
            return on(0)
        raise click.UsageError(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int | None) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by another program; leave --port out to have a free one"
    if error.errno == errno.EACCES:
        return f"port {port} is not yours to use; ports from 1024 on are"
    reason = (error.strerror or str(error)).lower()
    return f"cannot listen on {host}: {reason}"


def _announce(server: ViewServer, source: BankSource, output: str, score: Path | None) -> None:
    found = server.states.snapshot.bank
    seen = (found.manifest.id, found.manifest.version) if found else ("", "")
    if output == "json":
        played = {} if score is None else {"score": str(score)}
        write_json({"url": server.url, "source": source.as_json(*seen), **played}, indent=None)
    else:
        played_with = "" if score is None else f"{score} with "
        say(f"{played_with}{source.described(*seen)}\n{server.url}")
        if not server.loopback:
            say(
                "Others on your network can look at it; with the whole address they can write.",
                err=True,
            )
        say("Ctrl-C stops it.")
    sys.stdout.flush()


def _open(url: str) -> None:
    import webbrowser

    webbrowser.open(url)
