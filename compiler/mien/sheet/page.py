"""What stands on a page, whatever it is written as."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import evolve, field, frozen

from mien.drawing.face import FlatFace
from mien.drawing.rig_weights import drawn_weights, undrawn_sentence


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


_SHIFT = 0.5
"""Hundredths of its size by which a drawing moves for a degree of the head."""


@frozen(kw_only=True)
class Cell:
    """One face: its name, its weights (None: there is no such face) and what to say of it.

    ``image`` is the address of a picture to show in place of the drawing. ``head`` are degrees of
    yaw, pitch and roll, as timelines have them: the drawing is moved and turned a little by them.
    """

    name: str
    weights: Mapping[str, float] | None
    notes: tuple[Note, ...] = field(default=())
    detail: str = field(default="")
    image: str = field(default="", repr=False)
    head: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))

    @property
    def turned(self) -> tuple[float, float, float]:
        """The way to the right and downwards, in hundredths of its size, and degrees clockwise."""
        yaw, pitch, roll = self.head
        return -_SHIFT * yaw, _SHIFT * pitch, -roll


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

    ``tables`` stand between the title and the faces; pictures leave them out. ``aliases`` help to
    find what moves in the drawing where a channel is none of its own; see `on_drawing`.
    """

    title: str
    summary: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = field(default=())
    tables: tuple[Table, ...] = field(default=())
    aliases: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])


_LISTED = 8
"""How many channels that are not drawn a face lists."""


def on_drawing(page: Page, face: FlatFace) -> Page:
    """``page`` with weights of the drawn face's own channels, and notes of what it cannot show.

    A face of which nothing can be drawn is left empty rather than shown at rest.
    """
    undrawn: dict[str, None] = {}

    def drawn(cell: Cell) -> Cell:
        if cell.weights is None or cell.image:
            return cell
        found = drawn_weights(face, cell.weights, page.aliases)
        undrawn.update(dict.fromkeys(found.undrawn))
        texts = [f"not drawn: {name}" for name in found.undrawn[:_LISTED]]
        if len(found.undrawn) > _LISTED:
            texts.append(f"and {len(found.undrawn) - _LISTED} more")
        notes = (Note(text=text, tone=Tone.NEAR) for text in texts)
        return evolve(
            cell, weights=None if found.blank else found.weights, notes=(*cell.notes, *notes)
        )

    rows = tuple(evolve(row, cells=tuple(map(drawn, row.cells))) for row in page.rows)
    more = (Note(text=undrawn_sentence(undrawn), tone=Tone.WARNING),) if undrawn else ()
    return evolve(page, rows=rows, notes=(*page.notes, *more))
