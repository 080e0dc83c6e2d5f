"""Results on the terminal: faults with the line they are about, and JSON for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mien.text.fault import Fault

_COLOURS = {"error": "red", "warning": "yellow"}
_WIDEST = 160
_MOST = 200


def write_json(data: Any) -> None:  # noqa: ANN401  any JSON value
    """Print a JSON value on stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def write_faults(
    faults: Sequence[Fault],
    output: str,
    *,
    err: bool = False,
    where: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    """Print faults for people, with the source line of each, or as JSON, with ``more`` in it.

    ``where`` says what they were found in, after how many there are.
    """
    if output == "json":
        write_json({**(more or {}), "faults": [fault_json(fault) for fault in faults]})
        return
    lines = _Lines()
    for fault in faults[:_MOST]:
        click.echo(_fault_text(fault, lines), err=err, color=_colour())
    if len(faults) > _MOST:
        click.echo(f"and {len(faults) - _MOST} more", err=err)
    click.echo(count_faults(faults) + (f" in {where}" if where else ""), err=err)


def fault_json(fault: Fault) -> dict[str, str | int]:
    """One fault as programs read it; line and column are 0 where the whole file is meant."""
    return {
        "file": fault.place.file,
        "line": fault.place.line,
        "column": fault.place.column,
        "path": fault.path,
        "code": fault.code,
        "message": fault.message,
        "hint": fault.hint,
        "severity": fault.severity.value,
    }


def count_faults(faults: Iterable[Fault]) -> str:
    """How many there are: ``2 errors, 1 warning``."""
    found = [fault.severity.value for fault in faults]
    parts = [
        f"{number} {name}{'' if number == 1 else 's'}"
        for name in ("error", "warning")
        if (number := found.count(name))
    ]
    return ", ".join(parts) or "no faults"


def _fault_text(fault: Fault, lines: _Lines) -> str:
    severity = fault.severity.value
    path = f"{_shown(fault.path)}: " if fault.path else ""
    head = (
        click.style(_shown(str(fault.place)), bold=True)
        + ": "
        + click.style(severity, fg=_COLOURS[severity], bold=True)
        + f": {path}{_shown(fault.message)} "
        + click.style(f"[{fault.code}]", dim=True)
    )
    parts = [head]
    source = lines.at(fault.place.file, fault.place.line)
    if source is not None:
        number = str(fault.place.line)
        before = source[: fault.place.column - 1]
        space = "".join("\t" if character == "\t" else " " for character in before)
        parts.append(click.style(f"  {number} | ", dim=True) + source)
        caret = click.style("^", fg=_COLOURS[severity], bold=True)
        parts.append(click.style(f"  {' ' * len(number)} | ", dim=True) + space + caret)
    if fault.hint:
        parts.append("  " + click.style("hint: ", fg="cyan") + _shown(fault.hint))
    return "\n".join(parts)


def _colour() -> bool | None:
    """No colour where NO_COLOR says so, else colour on a terminal only."""
    return False if os.environ.get("NO_COLOR") else None


def _shown(text: str) -> str:
    """The text, with what would steer a terminal written as escapes."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


class _Lines:
    """Lines of source files, read again for show; what cannot be shown is left out."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def at(self, file: str, line: int) -> str | None:
        if line == 0:
            return None
        if file not in self._files:
            self._files[file] = _source_lines(file)
        lines = self._files[file]
        text = lines[line - 1] if line <= len(lines) else None
        if text is None or len(text) > _WIDEST or not text.replace("\t", "").isprintable():
            return None
        return text


def _source_lines(file: str) -> list[str]:
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
