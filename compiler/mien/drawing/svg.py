"""A posed face as SVG text, the same for the same weights everywhere; and as SVG and PNG files."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from mien.drawing.document import shipped_face
from mien.drawing.face import FlatFace
from mien.drawing.pose import Curve, Knot, PosedLayer, pose
from mien.drawing.rig_weights import Aliases, drawn_weights, undrawn_sentence
from mien.errors import MienError
from mien.text.atomic import write_atomic

_STEPS = 10
"""Steps per view unit: coordinates are written with one decimal."""

_HUNDREDTHS = 100
"""Opacities and widths are written with two."""


_NO_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(
    face: FlatFace,
    weights: Mapping[str, float],
    size: int = 600,
    *,
    prefix: str = "face",
    title: str = "",
) -> str:
    """The face at ``weights`` as a whole SVG document, ``size`` pixels wide.

    ``prefix`` starts every id: give faces that share a page different ones. ``title`` is read out
    by screen readers.
    """
    _, _, width, height = face.view
    label = markup(title or face.title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box(face)}"'
        f' width="{size}" height="{number(size * height / width)}" role="img"'
        f' aria-label="{label}">\n{shapes(face, weights, prefix=prefix)}</svg>\n'
    )


def view_box(face: FlatFace) -> str:
    """The part of the plane that the face fills, as SVG has it."""
    return " ".join(number(side) for side in face.view)


def page_svg(width: int, height: int, inside: str, style: str) -> str:
    """A whole SVG document on a white ground; ``style`` are attributes of all that is inside."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" {style}>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{inside}</svg>\n'
    )


def placed_svg(face: FlatFace, inside: str, left: int, top: int, size: int) -> str:
    """What is drawn in the face's own units, in a square of such a document."""
    return (
        f'<svg x="{left}" y="{top}" width="{size}" height="{size}" viewBox="{view_box(face)}">\n'
        f"{inside}</svg>\n"
    )


def shapes(face: FlatFace, weights: Mapping[str, float], *, prefix: str = "face") -> str:
    """The face's shapes alone, one a line, to stand inside an SVG of one's own."""
    posed = pose(face, weights)
    return "".join(f"{line}\n" for line in _lines(posed, prefix))


def _lines(posed: list[PosedLayer], prefix: str) -> Iterator[str]:
    clips = {layer.layer.clip for layer in posed if layer.opacity > 0.0}
    for position, layer in enumerate(posed):
        data = path_data(layer.curve)
        if position in clips:
            yield f'<clipPath id="{prefix}-{position}"><path d="{data}"/></clipPath>'
        if layer.opacity > 0.0:
            yield f'<path d="{data}"{_paint(layer, prefix)}/>'


def _paint(posed: PosedLayer, prefix: str) -> str:
    layer = posed.layer
    paint = f' fill="{layer.fill or "none"}"'
    if layer.stroke:
        paint += (
            f' stroke="{layer.stroke}" stroke-width="{number(layer.width, _HUNDREDTHS)}"'
            ' stroke-linecap="round" stroke-linejoin="round"'
        )
    if posed.opacity < 1.0:
        paint += f' opacity="{number(posed.opacity, _HUNDREDTHS)}"'
    if layer.clip >= 0:
        paint += f' clip-path="url(#{prefix}-{layer.clip})"'
    return paint


def markup(text: str) -> str:
    """``text`` as it stands in SVG and HTML; what neither may hold is written as an escape."""
    return html.escape(_NO_CHARACTER.sub(lambda found: ascii(found[0])[1:-1], text))


def path_data(curve: Curve) -> str:
    """The ``d`` of a path."""
    data = f"M{_pair(curve.start)}C" + " ".join(
        f"{_pair(out)} {_pair(into)} {_pair(end)}" for out, into, end in curve.segments
    )
    return data + "Z" if curve.closed else data


def _pair(knot: Knot) -> str:
    return f"{number(knot[0])} {number(knot[1])}"


def number(value: float, steps: int = _STEPS) -> str:
    """``value`` rounded to ``1 / steps`` (a power of ten), halves up, without idle zeros."""
    units = math.floor(value * steps + 0.5)
    whole, rest = divmod(abs(units), steps)
    sign = "-" if units < 0 else ""
    decimals = f"{rest + steps}"[1:].rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


class UndrawableError(MienError):
    """The drawn face can show nothing of a face; the message says what it lacks."""


class PngUnavailableError(MienError):
    """Raised when the extra that makes PNG is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "PNG needs the extra mien[png]: pip install 'mien[png]' (SVG and HTML work without it)"
        )


def png(document: str, *, width: int | None = None) -> bytes:
    """The SVG document as PNG, ``width`` pixels wide (without it, as wide as it says).

    Raises:
        PngUnavailableError: the extra is not installed.
    """
    try:
        library = import_module("resvg_py")
    except ImportError:
        raise PngUnavailableError from None
    render = cast("Callable[..., object]", library.svg_to_bytes)
    return bytes(cast("bytes", render(svg_string=document, width=width)))


SIZE = 600
"""Pixels of a picture's side."""


def write_drawing(
    path: Path, weights: Mapping[str, float], aliases: Aliases | None = None
) -> tuple[str, ...]:
    """Draw the face that ships at ``weights`` into ``path``: PNG for ``.png``, else SVG.

    ``weights`` may be of any rig; ``aliases`` are the rig's. Returns the channels that are not at
    rest and that the drawn face does not have.

    Raises:
        ValueError: the name ends neither in .svg nor in .png.
        UndrawableError: the drawn face can show nothing of this face.
        PngUnavailableError: PNG is wanted and the extra ``mien[png]`` is not installed.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise ValueError(f"{path}: expected a name that ends in .svg or .png")
    face = shipped_face()
    drawn = drawn_weights(face, weights, aliases)
    if drawn.blank:
        raise UndrawableError(undrawn_sentence(drawn.undrawn))
    text = svg(face, drawn.weights, SIZE)
    write_atomic(path, png(text) if suffix == ".png" else text.encode())
    return drawn.undrawn
