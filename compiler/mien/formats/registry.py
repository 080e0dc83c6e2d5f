"""Every format of takes: commands and their help are made from this table.

A format's functions are in the module of its name. ``read(path, channels=, rate=)`` gives the
`Take` of a file, ``encode(take)`` the bytes of one, ``stream(rate, channels, blocks)`` the same
text for weights that are not all there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from mien.errors import MienError

if TYPE_CHECKING:
    from mien.formats.take import F32, Take


class FormatError(MienError):
    """No format reads or writes a file of this name; the message says which endings there are."""


class Reader(Protocol):
    """Reads a file.

    ``channels`` is the order of the weights, ``rate`` in frames a second is for files whose clock
    does not tell it.
    """

    def __call__(
        self, path: Path, *, channels: Sequence[str] | None = None, rate: float | None = None
    ) -> Take:
        """The take; `SourceError` with every fault of the file."""
        ...


class Streamer(Protocol):
    """Writes a take whose weights come in blocks, in pieces of text."""

    def __call__(
        self, rate: float, channels: tuple[str, ...], blocks: Iterable[F32], source: str = ""
    ) -> Iterator[str]:
        """The text of a take with an even clock, of weights (n, C) a block."""
        ...


@frozen(kw_only=True)
class Format:
    """A format of takes: what people call it, how its files end, and what is done with them."""

    name: str
    title: str
    endings: tuple[str, ...]
    reads: bool
    writes: bool

    @property
    def read(self) -> Reader:
        """Its reader; only where ``reads``."""
        function: Reader = import_module(f"mien.formats.{self.name}").read
        return function

    @property
    def encode(self) -> Callable[[Take], bytes]:
        """Gives the bytes of a take; only where ``writes``."""
        function: Callable[[Take], bytes] = import_module(f"mien.formats.{self.name}").encode
        return function

    @property
    def stream(self) -> Streamer:
        """Its writer of weights that come in blocks; only where ``writes``."""
        function: Streamer = import_module(f"mien.formats.{self.name}").stream
        return function


FORMATS = (
    Format(name="livelink", title="Live Link Face CSV", endings=(".csv",), reads=True, writes=True),
    Format(name="named_json", title="JSON by names", endings=(".json",), reads=True, writes=True),
)


def readable() -> tuple[Format, ...]:
    """The formats that are read."""
    return tuple(one for one in FORMATS if one.reads)


def writable() -> tuple[Format, ...]:
    """The formats that are written."""
    return tuple(one for one in FORMATS if one.writes)


def listed(formats: Sequence[Format]) -> str:
    """Formats as a sentence lists them: ``.csv (Live Link Face CSV) or .json (JSON by names)``."""
    *rest, last = (f"{' or '.join(one.endings)} ({one.title})" for one in formats)
    return f"{', '.join(rest)} or {last}" if rest else last


def format_of(path: Path, formats: Sequence[Format] = FORMATS) -> Format:
    """Which of ``formats`` the file is, by its ending in any case.

    Raises:
        FormatError: none of them ends so.
    """
    for one in formats:
        if path.suffix.lower() in one.endings:
            return one
    raise FormatError(f"{path}: expected a name that ends in {listed(formats)}")


def write_take(path: Path, take: Take) -> None:
    """Put a take into ``path``, all of it or nothing; the ending decides the format.

    Raises:
        FormatError: no format that is written ends so.
        OSError: the file cannot be written.
    """
    from mien.text.atomic import write_atomic

    write_atomic(path, format_of(path, writable()).encode(take))
