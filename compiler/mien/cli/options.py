"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def bank_folder(text: str) -> Path:
    """The folder that BANK means: a path that exists, else a bank that ships under that name.

    Raises:
        click.BadParameter: it is neither.
    """
    path = Path(text)
    if path.exists() or path.is_symlink():
        return path
    from mien import resources

    shipped = shipped_banks()
    if text in shipped:
        return resources.presets() / text
    separators = (os.sep, os.altsep or os.sep, "/")
    if path.is_absolute() or any(separator in text for separator in separators):
        raise click.BadParameter(f"there is no folder {text}")
    from mien.text.suggest import did_you_mean

    hint = did_you_mean(text, shipped)
    raise click.BadParameter(
        f"there is no folder {text}, and no bank of that name ships" + (f"; {hint}" if hint else "")
    )


def shipped_banks() -> list[str]:
    """The names of the banks that ship, sorted."""
    from mien import resources

    presets = resources.presets()
    if not presets.is_dir():
        return []
    return sorted(
        folder.name
        for folder in presets.iterdir()
        if any((folder / f"bank{suffix}").is_file() for suffix in (".yaml", ".yml", ".json"))
    )


def _bank(context: click.Context, parameter: click.Parameter, value: str) -> Path:
    return bank_folder(value)


def bank_argument(command: F) -> F:
    """The argument BANK, handed to the command as ``bank: Path``."""
    return click.argument("bank", metavar="BANK", callback=_bank)(command)


def format_option(command: F) -> F:
    """The option --format, handed to the command as ``output: str`` ("text" or "json")."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="For people, or for programs.",
    )(command)
