"""A page as one SVG picture, and a page into an HTML, SVG or PNG file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from mien.drawing.document import shipped_face
from mien.drawing.face import FlatFace
from mien.drawing.svg import markup, number, page_svg, placed_svg, png, shapes
from mien.sheet.html import html
from mien.sheet.page import Cell, Note, Page, Row, Tone, on_drawing
from mien.text.atomic import write_atomic

_FACE, _GAP, _LINE, _HEAD, _MARGIN = 132, 20, 14, 40, 28
_NARROWEST, _FEW = 520, 6
FONTS = "system-ui, Helvetica, Arial, 'DejaVu Sans', 'Liberation Sans', 'Noto Sans', sans-serif"
_COLOURS = {
    Tone.PLAIN: "#6d6675",
    Tone.NEAR: "#9a6200",
    Tone.WARNING: "#9a6200",
    Tone.ERROR: "#b3261e",
}
_INK = "#26212b"
_HEAVY = (Tone.NEAR, Tone.ERROR)
_LETTER, _BOLD = 6.2, 7.1
"""Pixels that a letter of a note takes, in words as they come."""
_SIGN = {Tone.WARNING: "▲ ", Tone.ERROR: "▲ "}


def picture(page: Page, face: FlatFace) -> str:
    """The page as an SVG document on a white ground; many rows stand in two columns."""
    page = on_drawing(page, face)
    cells = max((len(row.cells) for row in page.rows), default=0)
    column = max(cells * (_FACE + _GAP), _NARROWEST) + _MARGIN
    columns = 2 if len(page.rows) > _FEW else 1
    width = columns * column + _MARGIN
    head, top = _header(page, width)
    rows: list[str] = []
    for first in range(0, len(page.rows), columns):
        band = page.rows[first : first + columns]
        for place, row in enumerate(band):
            left = _MARGIN + place * column
            rows.extend(_row(row, face, left, top, column - _MARGIN, f"f{first + place}"))
        top += max(_row_height(row) for row in band)
    height = top + _MARGIN
    return page_svg(width, height, "".join((*head, *rows)), f'font-family="{FONTS}"')


def _header(page: Page, width: int) -> tuple[list[str], int]:
    top = _MARGIN + 24
    lines = [_text(_MARGIN, top, page.title, _INK, size=24, bold=True)]
    for line in page.summary:
        for part in _wrapped(line, _letters(width)):
            top += 18
            lines.append(_text(_MARGIN, top, part, _COLOURS[Tone.PLAIN], size=12))
    for note in page.notes:
        for position, part in enumerate(_wrapped(note.text, _letters(width))):
            top += _LINE
            shown = evolve(note, text=part)
            lines.append(_note(_MARGIN, top, shown, sign=position == 0))
    return lines, top + 16


def _row_height(row: Row) -> int:
    notes = max((sum(1 for _ in _cell_notes(cell)) for cell in row.cells), default=0)
    return _HEAD + _LINE * len(row.notes) + _FACE + 20 + _LINE * notes + 16


def _row(row: Row, face: FlatFace, left: int, top: int, width: int, prefix: str) -> Iterator[str]:
    yield f'<path d="M{left} {top}H{left + width}" stroke="#e4e0e8"/>\n'
    yield _text(left, top + 26, row.title, _INK, size=16, bold=True)
    top += _HEAD
    for note in row.notes:
        yield _note(left, top + 4, note)
        top += _LINE
    for position, cell in enumerate(row.cells):
        yield from _cell(cell, face, left + position * (_FACE + _GAP), top, f"{prefix}-{position}")


def _cell(cell: Cell, face: FlatFace, left: int, top: int, prefix: str) -> Iterator[str]:
    if cell.weights is None:
        half = _FACE / 2
        yield (
            f'<circle cx="{number(left + half)}" cy="{number(top + half)}" r="{number(half - 2)}"'
            ' fill="none" stroke="#e4e0e8" stroke-width="2" stroke-dasharray="5 5"/>\n'
        )
    elif cell.image:
        yield (
            f'<image x="{left}" y="{top}" width="{_FACE}" height="{_FACE}"'
            f' href="{markup(cell.image)}"/>\n'
        )
    else:
        drawn = f"{_turned(cell, face)}{shapes(face, cell.weights, prefix=prefix)}</g>"
        yield placed_svg(face, drawn, left, top, _FACE)
    top += _FACE + 16
    yield _text(left, top, cell.name, _INK, size=12, bold=True)
    for note, first in _cell_notes(cell):
        top += _LINE
        yield _note(left, top, note, sign=first)


def _cell_notes(cell: Cell) -> Iterator[tuple[Note, bool]]:
    """The notes under a face, cut where the next face begins, and whether each begins one."""
    for note in cell.notes:
        letters = (_FACE + _GAP) // (_BOLD if note.tone in _HEAVY else _LETTER)
        for position, part in enumerate(_wrapped(note.text, int(letters))):
            yield evolve(note, text=part), position == 0


def _turned(cell: Cell, face: FlatFace) -> str:
    """The group that holds a face as its head is turned."""
    if not any(cell.head):
        return "<g>"
    left, top, width, height = face.view
    right, down, roll = cell.turned
    middle = f"{number(left + width / 2)} {number(top + height / 2)}"
    shift = f"{number(right * width / 100)} {number(down * height / 100)}"
    return f'<g transform="translate({shift}) rotate({number(roll)} {middle})">'


def _note(left: int, top: int, note: Note, *, sign: bool = True) -> str:
    bold = note.tone in _HEAVY
    text = (_SIGN.get(note.tone, "") if sign else "") + note.text
    return _text(left, top, text, _COLOURS[note.tone], size=11, bold=bold)


def _text(left: int, top: int, text: str, colour: str, *, size: int, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{left}" y="{top}" font-size="{size}" fill="{colour}"{weight}>'
        f"{markup(text)}</text>\n"
    )


def _letters(width: int) -> int:
    """How many letters of 12 pixels' height fit between the margins."""
    return int((width - 2 * _MARGIN) / 6.4)


def _wrapped(text: str, letters: int) -> Iterator[str]:
    """Lines of at most so many letters; words that are longer are cut."""
    line = ""
    for whole in text.split():
        word = whole
        if line and len(line) + 1 + len(word) > letters:
            yield line
            line = ""
        while len(word) > letters:
            yield word[:letters]
            word = word[letters:]
        line = f"{line} {word}".strip()
    if line:
        yield line


SUFFIXES = (".html", ".svg", ".png")


def write_page(path: Path, page: Page) -> None:
    """Write ``page`` to ``path`` as HTML, SVG or PNG.

    Raises:
        ValueError: the name ends in none of ``SUFFIXES``.
        PngUnavailableError: PNG is wanted and the extra ``mien[png]`` is not installed.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
    face = shipped_face()
    if suffix == ".html":
        data = html(page, face).encode()
    else:
        text = picture(page, face)
        data = png(text) if suffix == ".png" else text.encode()
    write_atomic(path, data)
