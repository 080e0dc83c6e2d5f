"""A page into a file of the kind that its name says."""

from __future__ import annotations

from pathlib import Path

from mien.drawing.png import png
from mien.drawing.reader import shipped_face
from mien.sheet.html import html
from mien.sheet.page import Page
from mien.sheet.picture import picture
from mien.text.atomic import write_atomic

SUFFIXES = (".html", ".svg", ".png")


def write_page(path: Path, page: Page) -> None:
    """Write ``page`` to ``path`` as HTML, SVG or PNG.

    Raises:
        ValueError: the name ends in none of ``SUFFIXES``.
        PngUnavailable: PNG is asked for and the extra ``mien[png]`` is not installed.
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
