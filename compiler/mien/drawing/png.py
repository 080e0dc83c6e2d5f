"""SVG text to PNG bytes, with the optional extra ``mien[png]``."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from mien.errors import MienError


class PngUnavailable(MienError):
    """Raised when the extra that makes PNG is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "PNG needs the extra mien[png]: pip install 'mien[png]' (SVG and HTML work without it)"
        )


def png(svg: str, *, width: int | None = None) -> bytes:
    """The SVG document as PNG, ``width`` pixels wide (without it, as wide as it says).

    Raises:
        PngUnavailable: the extra is not installed.
    """
    try:
        library = import_module("resvg_py")
    except ImportError:
        raise PngUnavailable from None
    render = cast("Callable[..., object]", library.svg_to_bytes)
    return bytes(cast("bytes", render(svg_string=svg, width=width)))
