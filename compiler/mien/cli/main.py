"""The `mien` program: a table of commands, loaded one at a time, and one guard around them."""

from __future__ import annotations

import gc
import importlib
import io
import keyword
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO, cast

import click

from mien import __version__
from mien.cli.terminal import say

COMMANDS = {
    "check": "Check a bank's schema and meaning.",
    "compile": "Compile presets into a lock and an artifact.",
    "face": "Show one face of a bank.",
    "list": "List the labels, intensities, styles and channels of a bank.",
    "init": "Start a bank of your own.",
    "fmt": "Put source files into canonical order and spacing.",
    "migrate": "Update sources of an older schema version.",
    "diff": "Show what changed between two versions of a bank.",
    "release": "Freeze a version of a bank for ever.",
    "verify": "Recompile every release and compare it with what was released.",
    "export": "Write the faces of a bank into files that other programs read.",
    "import": "Make takes or drafts of archetypes of recordings.",
    "doctor": "Say what is wrong with recordings of faces and with models.",
    "stream": "Send faces to other programs while they happen, or receive them.",
    "sheet": "Draw every archetype of a bank on one page.",
    "judge": "Score what people see in faces without names.",
    "view": "View and edit a bank live in the browser.",
    "bench": "Compare the speed with other ways to compute the same faces.",
    "targets": "Make, audit and play the training data of the network.",
    "train": "Train the network that makes faces from speech.",
    "evaluate": "Measure how well a network keeps the presets and follows speech.",
    "read": "Read the emotion of text: a label, a point and a strength.",
    "readings": "Check what labels of corpora mean in a bank's labels.",
    "reader": "Train and evaluate readers of text.",
    "score": "Check, format and lock performances that are written as text.",
    "perform": "Perform a score: a take in any format, or a film.",
    "speak": "Make faces from speech.",
}
"""Each command's help; it is the ``command`` of the module of its name in `mien.cli.commands`."""

_OF_THE_TRAINER = ("targets", "train", "evaluate", "speak", "reader")
"""Commands whose modules are in `mien_trainer.cli`."""

_FINE, _BAD_INPUT, _INTERRUPTED = 0, 2, 130
_NO_READER = 141
"""As a shell reports a program that wrote to a pipe whose reader has left: 128 and SIGPIPE."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used.

    ``table`` holds the commands with their help, ``package`` their modules.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        table: Mapping[str, str] = COMMANDS,
        package: str = "mien.cli.commands",
        **settings: Any,  # noqa: ANN401  click's own
    ) -> None:
        super().__init__(name, **settings)
        self.table = table
        self.package = package

    def invoke(self, ctx: click.Context) -> object:
        """As click does, but for a reader of stdout that has left, of which click makes a 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(_without_reader()) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called ``cmd_name``, its module imported now."""
        if cmd_name not in self.table:
            return None
        trained = self.table is COMMANDS and cmd_name in _OF_THE_TRAINER
        package = "mien_trainer.cli" if trained else self.package
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"{package}.{name}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the help of the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but with the nearest name when there is no such command."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            from mien.text.suggest import nearest

            close = nearest(name, self.table)
            hint = f" Did you mean {close}?" if close else ""
            raise click.UsageError(f"There is no command {name}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["--help", "-h"], "show_default": True}
)
@click.version_option(__version__, prog_name="mien", message="%(prog)s %(version)s")
def cli() -> None:
    """Emotion presets for 52-channel faces: reviewed text in, the same bits out, for ever.

    BANK is one of: the name of a bank that ships with mien, which means its newest release
    (default); one release of it (default@1.0.0); the newest release in your own repository
    (ours@latest); a folder (presets/ours); a compiled artifact. Commands that write take a folder.

    Exit codes: 0 success, 1 a check failed, 2 bad input or wrong usage.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; errors are printed, never raised."""
    try:
        status = cli.main(
            args=None if arguments is None else list(arguments),
            prog_name="mien",
            standalone_mode=False,
        )
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        say(said.getvalue(), err=True, end="")
        return _BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("interrupted", err=True)
        return _INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else _FINE
    except Exception as error:  # no traceback for people; MIEN_DEBUG=1 asks for one
        if os.environ.get("MIEN_DEBUG"):
            raise
        return _explain(error)
    return status if isinstance(status, int) else _FINE


def main() -> None:
    """The console script."""
    if cast("TextIO | None", sys.stdin) is None:  # closed from the start: nothing comes from it
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    status = run()
    try:
        if cast("TextIO | None", sys.stdout) is not None:  # None where it was closed from the start
            sys.stdout.flush()
    except BrokenPipeError:
        status = _without_reader()
    gc.freeze()  # else Python looks through every object once more before it ends
    sys.exit(status)


def _without_reader() -> int:
    """End quietly: what is still to be flushed on the way out goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _NO_READER


def _explain(error: Exception) -> int:
    from mien.errors import MienError, SourceError, not_installed

    missing = not_installed(error) if isinstance(error, ModuleNotFoundError) else None
    if missing:
        say(f"Error: {missing}", err=True)
    elif isinstance(error, SourceError):
        from mien.cli.faults import write_faults

        write_faults(error.faults, "text", err=True)
    elif isinstance(error, MienError):
        say(f"Error: {error}", err=True)
    elif isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        say(f"Error: {where}{error.strerror or error}", err=True)
    else:
        say(
            f"Error: {type(error).__name__}: {error}\n"
            "This is a defect of mien. MIEN_DEBUG=1 shows where it happened.",
            err=True,
        )
    return _BAD_INPUT


if __name__ == "__main__":
    main()
