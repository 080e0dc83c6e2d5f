"""What stands on a page, whatever it is written as."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen


class Tone(Enum):
    """How a note is meant: by the way, worth a look, or wrong."""

    PLAIN = "plain"
    NEAR = "near"
    WARNING = "warning"
    ERROR = "error"


@frozen(kw_only=True)
class Note:
    """One short line under a face; ``detail`` is said on hovering, where a page can."""

    text: str
    tone: Tone = field(default=Tone.PLAIN)
    detail: str = field(default="")


@frozen(kw_only=True)
class Cell:
    """One face: its name, its weights (None: there is no such face) and what to say of it.

    ``image`` is the address of a picture to show in place of the drawing.
    """

    name: str
    weights: Mapping[str, float] | None
    notes: tuple[Note, ...] = field(default=())
    detail: str = field(default="")
    image: str = field(default="", repr=False)


@frozen(kw_only=True)
class Row:
    """Faces that belong together, under one title."""

    title: str
    description: str
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...] = field(default=())


@frozen(kw_only=True)
class Table:
    """What a page says beside its faces; each row has a text a column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen(kw_only=True)
class Page:
    """A whole sheet; ``summary`` are the lines under its title.

    ``tables`` stand between the title and the faces; pictures leave them out.
    """

    title: str
    summary: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = field(default=())
    tables: tuple[Table, ...] = field(default=())
