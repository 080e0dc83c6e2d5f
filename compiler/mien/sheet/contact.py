"""Numbered faces side by side in one picture, with no other word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from mien.drawing.face import FlatFace
from mien.drawing.svg import markup, page_svg, placed_svg, shapes
from mien.sheet.html import END, begin
from mien.sheet.picture import FONTS

FACE = 256
"""Pixels of the side of a face."""

_GAP, _LINE, _MARGIN = 24, 32, 28
_FEWEST, _WIDEST = 3, 6
_STYLE = """
body { margin: 0; background: #fff; }
svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
"""


@frozen(kw_only=True)
class NumberedFace:
    """``weights`` are of the drawn face's channels; ``image`` is shown in place of the drawing."""

    number: int
    weights: Mapping[str, float] = field(repr=False)
    image: str = field(default="", repr=False)


def contact_sheet(title: str, faces: Sequence[NumberedFace], drawing: FlatFace) -> str:
    """An SVG document on a white ground, in rows of at most six."""
    columns = _columns(len(faces))
    rows = -(-len(faces) // columns)
    width = 2 * _MARGIN + columns * (FACE + _GAP) - _GAP
    height = 2 * _MARGIN + _LINE + rows * (FACE + _LINE + _GAP) - _GAP
    head = f'<text x="{_MARGIN}" y="{_MARGIN + 12}" font-size="18">{markup(title)}</text>\n'
    inside = head + "".join(_cells(faces, drawing, columns))
    return page_svg(width, height, inside, f'font-family="{FONTS}" fill="#26212b"')


def contact_page(title: str, faces: Sequence[NumberedFace], drawing: FlatFace) -> str:
    """The same as an HTML file."""
    return f"{begin(title, _STYLE)}{contact_sheet(title, faces, drawing)}{END}"


def _columns(count: int) -> int:
    """So many that the last row is filled best."""
    choices = range(min(count, _FEWEST), min(count, _WIDEST) + 1)
    return min(choices, key=lambda columns: (-count % columns, abs(columns**2 - 2 * count)))


def _cells(faces: Sequence[NumberedFace], drawing: FlatFace, columns: int) -> Iterator[str]:
    for position, face in enumerate(faces):
        left = _MARGIN + position % columns * (FACE + _GAP)
        top = _MARGIN + _LINE + position // columns * (FACE + _LINE + _GAP)
        if face.image:
            yield (
                f'<image x="{left}" y="{top}" width="{FACE}" height="{FACE}"'
                f' href="{markup(face.image)}"/>\n'
            )
        else:
            drawn = shapes(drawing, face.weights, prefix=f"f{face.number}")
            yield placed_svg(drawing, drawn, left, top, FACE)
        yield (
            f'<text x="{left + FACE // 2}" y="{top + FACE + 22}" font-size="20" font-weight="600"'
            f' text-anchor="middle">{face.number}</text>\n'
        )
