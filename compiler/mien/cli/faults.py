"""Faults for people, with the line they are about, for programs, and for GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mien.cli.terminal import Styled, say, shortened, visible, write_json
from mien.text.fault import counted, fault_json
from mien.text.files import SourceLines

if TYPE_CHECKING:
    from mien.text.fault import Fault
    from mien.text.node import Place

_COLOURS = {"error": "red", "warning": "yellow"}
_WIDEST = 160
_MOST = 200


def write_faults(
    faults: Sequence[Fault],
    output: str,
    *,
    err: bool = False,
    where: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    """Print faults in the format ``output``.

    ``text`` shows the source line of each, and after how many there are ``where`` they were found;
    ``json`` is one object with ``more`` in it; ``github`` gives annotations of a workflow run.
    """
    if output == "json":
        write_json({**(more or {}), "faults": [fault_json(fault) for fault in faults]})
        return
    if output == "github":
        for fault in faults:
            say(annotation(fault))
        say(where, err=True)
        return
    lines = SourceLines({})
    for fault in faults[:_MOST]:
        say(*_parts(fault, lines), err=err)
    if len(faults) > _MOST:
        say(f"and {len(faults) - _MOST} more", err=err)
    say(count_faults(faults) + (f" in {where}" if where else ""), err=err)


def count_faults(faults: Iterable[Fault]) -> str:
    """How many there are: ``2 errors, 1 warning``."""
    found = [fault.severity.value for fault in faults]
    parts = [
        counted(number, name) for name in ("error", "warning") if (number := found.count(name))
    ]
    return ", ".join(parts) or "no faults"


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


def _parts(fault: Fault, lines: SourceLines) -> Iterator[str | Styled]:
    severity = fault.severity.value
    colour = _COLOURS[severity]
    yield Styled(_line(str(fault.place)), bold=True)
    yield ": "
    yield Styled(severity, colour, bold=True)
    yield f": {_line(fault.path)}: " if fault.path else ": "
    yield f"{_line(fault.message)} "
    yield Styled(f"[{fault.code}]", dim=True)
    source = _shown_source(lines, fault.place)
    if source is not None:
        number = str(fault.place.line)
        before = source[: fault.place.column - 1]
        space = "".join("\t" if character == "\t" else " " for character in before)
        yield Styled(f"\n  {number} | ", dim=True)
        yield source
        yield Styled(f"\n  {' ' * len(number)} | ", dim=True)
        yield space
        yield Styled("^", colour, bold=True)
    if fault.hint:
        yield "\n  "
        yield Styled("hint: ", "cyan")
        yield _line(fault.hint)


def _line(text: str) -> str:
    """The text on one line, which is not too long."""
    return shortened(text.replace("\n", "\\n").replace("\t", "\\t"))


def _shown_source(lines: SourceLines, place: Place) -> str | None:
    """The line that a fault is about, unless it cannot be shown as it is."""
    text = lines.at(place)
    odd = text is None or len(text) > _WIDEST or "\ufffd" in text or visible(text) != text
    return None if odd else text
