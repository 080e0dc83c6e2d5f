"""A page as one self-contained HTML file, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mien.drawing.document import shipped_face
from mien.drawing.face import FlatFace
from mien.drawing.svg import markup, svg
from mien.sheet.page import Cell, Note, Page, Row, on_drawing

END = "</body>\n</html>\n"


def begin(title: str, style: str, head: str = "") -> str:
    """All up to the body's first element; ``head`` is HTML that goes to the end of the head."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{markup(title)}</title>\n<style>{style}</style>\n{head}</head>\n<body>\n"
    )


_FACE = 148

STYLE = """
:root { color-scheme: light dark; --ink: #26212b; --soft: #6d6675; --line: #e4e0e8; --page: #fff;
  --near: #9a6200; --error: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8f0; --soft: #a49dab; --line: #35303b;
  --page: #17151a; --near: #e0ad5a; --error: #f2938c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 82rem; padding: 2rem 1.5rem 4rem; color: var(--ink);
  background: var(--page); font: 14px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; font-weight: 650; letter-spacing: -.01em; }
h2 { margin: 0; font-size: 1.05rem; font-weight: 650; }
p { margin: 0 0 .25rem; max-width: 46rem; color: var(--soft); }
section { display: grid; grid-template-columns: 13rem 1fr; gap: 1rem 1.5rem; padding: 1.25rem 0;
  border-top: 1px solid var(--line); break-inside: avoid; }
header { padding-bottom: 1.25rem; }
section p { font-size: 12.5px; }
.faces { display: flex; flex-wrap: wrap; gap: 1rem 1.25rem; }
figure { margin: 0; width: 148px; }
figure svg, figure img, .none { display: block; width: 148px; height: 148px; }
figure img { border-radius: 8px; }
.none { border: 2px dashed var(--line); border-radius: 50%; }
figcaption { margin-top: .4rem; font-size: 13px; font-weight: 600; }
ul { margin: 0; padding: 0; list-style: none; color: var(--soft); font-size: 11.5px;
  font-variant-numeric: tabular-nums; }
li { overflow-wrap: anywhere; }
.near { color: var(--near); font-weight: 600; }
.warning { color: var(--near); }
.warning::before, .error::before { content: "\\25B2 "; }
.error { color: var(--error); font-weight: 600; }
table { border-collapse: collapse; margin: 0 0 1.5rem; font-size: 12.5px; width: 100%; }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-line; }
th { color: var(--soft); font-weight: 600; }
th, td:nth-child(-n+3) { white-space: nowrap; overflow-wrap: normal; }
@media (max-width: 48rem) { section { grid-template-columns: 1fr; } }
"""


def html(page: Page, face: FlatFace) -> str:
    """The whole file; it needs no other file and no network."""
    return "".join(_document(on_drawing(page, face), face))


def _document(page: Page, face: FlatFace) -> Iterator[str]:
    yield begin(page.title, STYLE)
    yield f"<header>\n<h1>{markup(page.title)}</h1>\n"
    yield from (f"<p>{markup(line)}</p>\n" for line in page.summary)
    yield _notes(page.notes)
    yield "</header>\n"
    yield from (table_html(table.columns, table.rows) for table in page.tables)
    for number, row in enumerate(page.rows):
        yield from _section(row, face, number)
    yield END


Shown = str | tuple[str, str]
"""What a cell of a table shows: a text, or a text and the attributes of its element."""


def table_html(columns: Iterable[str], rows: Iterable[Iterable[Shown]]) -> str:
    """A table of texts."""
    heads = "".join(f"<th>{markup(column)}</th>" for column in columns)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}</tbody>\n</table>\n"


def _cell(shown: Shown) -> str:
    text, attributes = (shown, "") if isinstance(shown, str) else shown
    return f"<td {attributes}>{markup(text)}</td>" if attributes else f"<td>{markup(text)}</td>"


def wide_table(columns: Iterable[str], rows: Iterable[Iterable[Shown]]) -> str:
    """A table of texts that is moved by itself where the page has no room for it."""
    return f'<div class="scroll">{table_html(columns, rows)}</div>\n'


def drawn_face(name: str, weights: Mapping[str, float], size: int, prefix: str) -> str:
    """The drawn face over its name; ``prefix`` is its own on the page."""
    drawn = svg(shipped_face(), weights, size, prefix=prefix, title=name)
    return f"<figure>\n{drawn}<figcaption>{markup(name)}</figcaption></figure>\n"


def _section(row: Row, face: FlatFace, number: int) -> Iterator[str]:
    yield f"<section>\n<div>\n<h2>{markup(row.title)}</h2>\n"
    if row.description:
        yield f"<p>{markup(row.description)}</p>\n"
    yield f'{_notes(row.notes)}</div>\n<div class="faces">\n'
    for position, cell in enumerate(row.cells):
        yield _figure(cell, row.title, face, f"f{number}-{position}")
    yield "</div>\n</section>\n"


def _picture(cell: Cell, title: str, face: FlatFace, prefix: str) -> str:
    name = f"{title}, {cell.name}"
    if cell.weights is None:
        return '<div class="none"></div>\n'
    if cell.image:
        return f'<img src="{markup(cell.image)}" alt="{markup(name)}">\n'
    drawn = svg(face, cell.weights, _FACE, prefix=prefix, title=name)
    if not any(cell.head):
        return drawn
    right, down, roll = (round(part, 2) for part in cell.turned)
    turned = f"transform: translate({right}%, {down}%) rotate({roll}deg)"
    return f'<div style="{turned}">\n{drawn}</div>\n'


def _figure(cell: Cell, title: str, face: FlatFace, prefix: str) -> str:
    hover = f' title="{markup(cell.detail)}"' if cell.detail else ""
    return (
        f"<figure{hover}>\n{_picture(cell, title, face, prefix)}"
        f"<figcaption>{markup(cell.name)}</figcaption>\n"
        f"{_notes(cell.notes)}</figure>\n"
    )


def _notes(notes: Iterable[Note]) -> str:
    items = "".join(
        f'<li class="{note.tone.value}"'
        + (f' title="{markup(note.detail)}"' if note.detail else "")
        + f">{markup(note.text)}</li>\n"
        for note in notes
    )
    return f"<ul>\n{items}</ul>\n" if items else ""
