"""Faults as annotations of a GitHub workflow run, which show at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mien.text.fault import Fault


def write_annotations(faults: Iterable[Fault]) -> None:
    """Print one workflow command a fault."""
    for fault in faults:
        click.echo(annotation(fault))


def annotation(fault: Fault) -> str:
    """``::error file=...,line=...,col=...,title=...::message``, escaped as GitHub asks for.

    Line and column are left out where the whole file is meant.
    """
    place = fault.place
    properties = {"file": place.file}
    if place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    properties["title"] = fault.code
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    path = f"{fault.path}: " if fault.path else ""
    hint = f"\n{fault.hint}" if fault.hint else ""
    return f"::{fault.severity.value} {listed}::{_message(path + fault.message + hint)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
