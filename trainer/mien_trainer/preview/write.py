"""A preview into a file of the kind that its name says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mien.text.atomic import write_atomic
from mien_trainer.preview.film import RATES, count_pictures, film
from mien_trainer.preview.page import page
from mien_trainer.preview.show import Show

SUFFIXES = (".html", *RATES)
"""The endings that a preview may have."""


def count_steps(path: Path, show: Show) -> int:
    """How often ``write_show`` calls its ``step``."""
    suffix = path.suffix.lower()
    return count_pictures(show, suffix) if suffix in RATES else 1


def write_show(path: Path, show: Show, step: Callable[[], None]) -> None:
    """Write ``show`` to ``path`` as a page or a film.

    Raises:
        ValueError: the name ends in none of ``SUFFIXES``.
        FilmError: a film is asked for and cannot be made.
        PngUnavailableError: a film is asked for and the extra ``mien[png]`` is not installed.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in RATES:
        write_atomic(path, film(show, suffix, step))
    elif suffix == ".html":
        write_atomic(path, page(show).encode())
        step()
    else:
        raise ValueError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
