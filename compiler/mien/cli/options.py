"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from attrs import field, fields

if TYPE_CHECKING:
    from mien.drawing.rig_weights import Aliases
    from mien.resolve import BankSource

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")
T = TypeVar("T")

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
EXISTING_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


class NumberRange(click.FloatRange):
    """A range of numbers, which NaN is in none of, though no comparison with it says so."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """As click does, but for NaN."""
        number: float = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value} is no number", param, ctx)
        return number


class OutputFile(click.Path):
    """The type of a file to write, refused before any work where it cannot be written.

    Its name ends in one of ``endings``, in any case; without endings, in anything.
    """

    def __init__(self, *endings: str, dir_okay: bool = False) -> None:
        super().__init__(path_type=Path, dir_okay=dir_okay)
        self._endings = endings

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """As click does, then see to the ending, the folder, and what is there already."""
        from mien.text.atomic import require_writable

        path = cast("Path", super().convert(value, param, ctx))
        if self._endings and not path.name.lower().endswith(self._endings):
            self.fail(f"{path} should end in {', '.join(self._endings)}", param, ctx)
        if not path.is_dir():
            try:
                require_writable(path)
            except OSError as error:
                self.fail(f"{path}: {error.strerror}", param, ctx)
        return path


def bank_source(text: str) -> BankSource:
    """The bank that BANK means.

    Raises:
        click.BadParameter: there is none.
    """
    from mien.errors import QueryError
    from mien.resolve import resolve

    try:
        return resolve(text)
    except QueryError as refusal:
        raise click.BadParameter(str(refusal)) from None


def own_folder(text: str) -> Path:
    """The folder that BANK means, to write into.

    Raises:
        click.BadParameter: there is none, or it is a release, which never changes.
    """
    from mien.resolve import is_bank, is_released

    source = bank_source(text)
    if not is_released(source.path):
        return source.path
    if not source.bank:
        raise click.BadParameter(f"{text} lies in a frozen release; give the bank's own folder")
    own = (f"presets/{source.bank}", f"./{source.bank}")
    folder = next((f" {one}" for one in own if is_bank(Path(one))), " of a bank of your own")
    raise click.BadParameter(
        f"{source.bank} {source.version} is a frozen release; give the folder{folder}"
    )


def each_file(
    names: Iterable[str], sources: Callable[[Path], Iterable[tuple[Path, Path]]]
) -> Iterator[tuple[Path, Path]]:
    """Each file once, with the folder that it must lie in once links are followed.

    A name is that of a file, or of a folder or bank, whose ``sources`` are such pairs.
    """
    seen: set[Path] = set()
    from mien.text.files import SUFFIXES

    for name in names:
        if name.endswith(SUFFIXES) and not Path(name).exists():
            raise click.BadParameter(f"there is no file {name}")
        path = own_folder(name)
        for file, inside in sources(path) if path.is_dir() else [(path, path.resolve().parent)]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file, inside


def _source(context: click.Context, parameter: click.Parameter, value: str) -> BankSource:
    return bank_source(value)


def _own(context: click.Context, parameter: click.Parameter, value: str) -> Path:
    return own_folder(value)


_ADDS = "adds"


def option(*names: str, **settings: Any) -> Any:  # noqa: ANN401  each field has its own type
    """The field of a record that is an option, as for click; by its own name unless given one."""

    def add(name: str) -> Callable[[F], F]:
        long = () if any(one.startswith("--") for one in names) else (f"--{name}",)
        return click.option(*names, *(one.replace("_", "-") for one in long), name, **settings)

    return field(metadata={_ADDS: add})


def names(**settings: Any) -> Any:  # noqa: ANN401  likewise
    """As `option`, of several names: parted by commas, or each with an option of its own."""

    def parted(
        context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
    ) -> tuple[str, ...]:
        named = (name.strip() for names in given for name in names.split(","))
        return tuple(name for name in named if name)

    return option(multiple=True, callback=parted, **settings)


def argument(**settings: Any) -> Any:  # noqa: ANN401  likewise
    """The field of a record that is an argument, as for click."""

    def add(name: str) -> Callable[[F], F]:
        return click.argument(name, **settings)

    return field(metadata={_ADDS: add})


def shared(decorator: Callable[[F], F]) -> Any:  # noqa: ANN401  likewise
    """The field of a record that is an argument or option of several commands."""

    def add(_: str) -> Callable[[F], F]:
        return decorator

    return field(metadata={_ADDS: add})


def as_record(record: Callable[..., R]) -> Callable[[Callable[[R], T]], Callable[..., T]]:
    """Hands a command the arguments and options that are the fields of ``record`` as one of it."""

    def changed(command: Callable[[R], T]) -> Callable[..., T]:
        @wraps(command)
        def called(**given: object) -> T:
            return command(record(**given))

        for one in reversed(fields(cast("Any", record))):
            called = one.metadata[_ADDS](one.name)(called)
        return called

    return changed


def rig_aliases(bank: BankSource) -> Aliases | None:
    """What the channels of a bank's rig are called elsewhere."""
    if not bank.path.is_dir():  # an artifact knows the names of its channels alone
        return None
    from mien.authored.reader import read_bank

    return read_bank(bank.sources).rig.aliases


def source_argument(command: F) -> F:
    """The argument BANK of a command that reads, handed to it as ``bank: BankSource``."""
    return click.argument("bank", metavar="BANK", callback=_source)(command)


def folder_argument(command: F) -> F:
    """The argument BANK of a command that writes, handed to it as ``bank: Path``."""
    return click.argument("bank", metavar="BANK", callback=_own)(command)


def at_option(command: F) -> F:
    """The option --at: ``at: str | None``."""
    return click.option(
        "--at", metavar="ANCHOR", help="The point of this intensity or style.  [default: mid]"
    )(command)


def vad_option(command: F) -> F:
    """The option --vad: ``vad: tuple[float, float, float] | None``."""
    return click.option(
        "--vad",
        type=float,
        nargs=3,
        metavar="V A D",
        help="A point: valence, arousal and dominance, each from -1 to 1.",
    )(command)


def intensity_option(command: F) -> F:
    """The option --intensity: ``intensity: float | None``."""
    return click.option(
        "--intensity",
        type=float,
        metavar="T",
        help="How strong, from 0 (the lowest intensity) to 1 (the highest).",
    )(command)


def format_option(command: F) -> F:
    """The option --format, handed to the command as ``output: str`` ("text" or "json")."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Text for people, JSON for programs.",
    )(command)
