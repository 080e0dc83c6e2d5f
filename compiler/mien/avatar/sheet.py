"""A sheet whose faces are drawn on an avatar."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from attrs import evolve

from mien.avatar.draw import Facts, Shot, draw_faces
from mien.drawing.document import shipped_face
from mien.sheet.page import Cell, Page, on_drawing

SIZE = 320
"""Pixels a side of a picture: a little over twice the size that it is shown at."""
MOST_NAMES = 20
"""Of a model's unknown names so many are listed."""


def on_avatar(page: Page, model: Path, step: Callable[[], None] = lambda: None) -> Page:
    """``page`` with each face drawn on ``model``; ``step`` is called after every picture.

    Raises:
        AvatarError: the model cannot be used, or there is no browser that works.
        OSError: the model cannot be read.
    """
    page = on_drawing(page, shipped_face())  # models are driven by the drawn face's channels
    facts: list[Facts] = []
    pictures: list[str] = []
    for one in draw_faces(model, [Shot(weights=face) for face in _faces(page)], size=SIZE):
        if isinstance(one, Facts):
            facts.append(one)
        else:
            pictures.append(f"data:image/jpeg;base64,{base64.b64encode(one).decode('ascii')}")
            step()
    numbers = count()

    def drawn(cell: Cell) -> Cell:
        return cell if cell.weights is None else evolve(cell, image=pictures[next(numbers)])

    return evolve(
        page,
        summary=(*page.summary, *(describe_model(model.name, one) for one in facts)),
        rows=tuple(
            evolve(row, cells=tuple(drawn(cell) for cell in row.cells)) for row in page.rows
        ),
    )


def count_faces(page: Page) -> int:
    """How many pictures `on_avatar` draws."""
    return sum(1 for _ in _faces(on_drawing(page, shipped_face())))


def describe_model(name: str, facts: Facts) -> str:
    """What a model can and cannot show, in a line."""
    whole = len(facts.present) + len(facts.missing)
    parts = [f"Drawn on {name} ({facts.format}), which has {len(facts.present)} of {whole} shapes."]
    if facts.missing:
        parts.append(f"Missing: {', '.join(facts.missing)}.")
        if facts.unknown:
            parts.append(f"Names that mean none of them: {_listed(facts.unknown)}.")
    if facts.still:
        parts.append(f"Without effect: {', '.join(facts.still)}.")
    return " ".join((*parts, *facts.remarks))


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _faces(page: Page) -> Iterator[dict[str, float]]:
    for row in page.rows:
        for cell in row.cells:
            if cell.weights is not None:
                yield dict(cell.weights)
