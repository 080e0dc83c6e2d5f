"""The comparison as one self-contained page: the table, and every label's face in every setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mien.bank import Bank
from mien.drawing.document import shipped_face
from mien.drawing.svg import svg
from mien.sheet.html import END, STYLE, begin, table_html
from mien_trainer.compare.result import COLUMNS, Result, cells
from mien_trainer.frames import F32

_FACE = 92
_MORE = """
body { max-width: 110rem; }
.grid { display: grid; gap: .4rem .3rem; align-items: center; overflow-x: auto; font-size: 12px; }
.grid svg { display: block; width: 92px; height: 92px; }
.grid .metadata { text-align: center; font-weight: 600; }
.grid .side { font-weight: 600; }
"""


def comparison_html(found: Sequence[Result], bank: Bank, description: str) -> Iterator[str]:
    """The whole page; ``description`` says what was trained, on what."""
    title = "What the labels and the snap are worth"
    yield begin(title, STYLE + _MORE)
    yield f"<header>\n<h1>{title}</h1>\n<p>{escape(description)}</p>\n</header>\n"
    yield table_html(("", *COLUMNS), ((one.title, *cells(one)) for one in found))
    archetypes = [table.archetypes for table in bank.tables.labels]
    for at, intensity in reversed(list(enumerate(bank.intensities))):
        authored = [faces[at] for faces in archetypes]
        rows = [("as authored", authored)] + [(one.title, _at(one, bank, at)) for one in found]
        yield f"<h2>{escape(intensity)}, in silence</h2>\n"
        yield from _grid(rows, bank, intensity)
    yield END


def _at(result: Result, bank: Bank, at: int) -> list[F32]:
    """The setting's faces of all labels at one intensity."""
    shaped = result.faces.reshape(len(bank.labels), len(bank.intensities), -1)
    return list(shaped[:, at])


def _grid(rows: Sequence[tuple[str, Sequence[F32]]], bank: Bank, intensity: str) -> Iterator[str]:
    face = shipped_face()
    yield f'<div class="grid" style="grid-template-columns: 9rem repeat({len(bank.labels)}, 92px)">'
    yield "<span></span>"
    yield from (f'<span class="head">{escape(label)}</span>' for label in bank.labels)
    for number, (title, faces) in enumerate(rows):
        yield f'\n<span class="side">{escape(title)}</span>'
        for label, weights in zip(bank.labels, faces, strict=True):
            named = dict(zip(bank.channels, weights.tolist(), strict=True))
            yield svg(face, named, _FACE, prefix=f"{intensity}-{number}-{label}", title=label)
    yield "</div>\n"
