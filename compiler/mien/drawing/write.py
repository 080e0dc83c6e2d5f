"""A face into a picture file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mien.drawing.png import png
from mien.drawing.reader import shipped_face
from mien.drawing.svg import svg
from mien.text.atomic import write_atomic

SIZE = 600
"""Pixels of a picture's side."""


def write_drawing(path: Path, weights: Mapping[str, float], *, title: str = "") -> None:
    """Draw the face that ships at ``weights`` into ``path``: PNG for ``.png``, else SVG.

    Raises:
        ValueError: a channel is unknown, or the name ends neither in .svg nor in .png.
        PngUnavailable: PNG is asked for and the extra ``mien[png]`` is not installed.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise ValueError(f"{path}: expected a name that ends in .svg or .png")
    text = svg(shipped_face(), weights, SIZE, title=title)
    write_atomic(path, png(text) if suffix == ".png" else text.encode())
