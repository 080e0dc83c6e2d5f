"""A confusion table as a picture: rows what was meant, columns what it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

_CELL, _SIDE, _TOP = 26, 108, 92


def confusion_svg(labels: Sequence[str], counts: Sequence[Sequence[int]], title: str) -> str:
    """``counts`` (n, n) as SVG text; the diagonal is what one hopes for."""
    size = _CELL * len(labels)
    width, height = _SIDE + size + 40, _TOP + size + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-size="12">\n<title>{escape(title)}</title>\n'
        f"{''.join(_parts(labels, counts, size))}</svg>\n"
    )


def _parts(labels: Sequence[str], counts: Sequence[Sequence[int]], size: int) -> Iterator[str]:
    most = max((count for row in counts for count in row), default=0)
    for i, label in enumerate(labels):
        middle = i * _CELL + _CELL / 2
        yield (
            f'<text x="{_SIDE - 8}" y="{_TOP + middle + 4:g}" text-anchor="end"'
            f' fill="currentColor">{escape(label)}</text>\n'
            f'<text transform="translate({_SIDE + middle + 4:g} {_TOP - 8}) rotate(-60)"'
            f' fill="currentColor">{escape(label)}</text>\n'
        )
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            yield _cell(x, y, count, most)
    yield (
        f'<rect x="{_SIDE}" y="{_TOP}" width="{size}" height="{size}" fill="none"'
        ' stroke="currentColor" stroke-opacity="0.35"/>\n'
    )


def _cell(x: int, y: int, count: int, most: int) -> str:
    left, top = _SIDE + x * _CELL, _TOP + y * _CELL
    box = f'<rect x="{left}" y="{top}" width="{_CELL}" height="{_CELL}"'
    if count == 0:
        shade = 0.05 if x == y else 0.0
        return f'{box} fill="currentColor" fill-opacity="{shade:g}"/>\n'
    colour = "#3d7a5a" if x == y else "#b3261e"
    opacity = 0.35 + 0.65 * count / most
    return (
        f'{box} fill="{colour}" fill-opacity="{opacity:.2f}"/>\n'
        f'<text x="{left + _CELL / 2:g}" y="{top + _CELL / 2 + 4:g}" text-anchor="middle"'
        f' font-weight="600" fill="#fff">{count}</text>\n'
    )
