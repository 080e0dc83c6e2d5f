"""What is wrong, where, and what to do about it."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from mien.errors import SourceError
from mien.text.node import Node, Path, Place, key_place, path_text, value_place


class Severity(Enum):
    """Whether a fault stops the work (ERROR) or only deserves a look (WARNING)."""

    ERROR = "error"
    WARNING = "warning"


@frozen(kw_only=True)
class Fault:
    """One thing that is wrong with a source, said to the person who made it.

    ``path`` is the place in the document (``archetypes.low.mouthSmile``), ``code`` a stable
    kebab-case name of the rule, ``message`` what was found and what was expected, ``hint`` what to
    do next (it may be empty).
    """

    place: Place
    path: str
    code: str
    message: str
    hint: str = ""
    severity: Severity = field(default=Severity.ERROR)

    def __str__(self) -> str:
        path = f" {self.path}:" if self.path else ""
        text = f"{self.place}: {self.severity.value}:{path} {self.message} [{self.code}]"
        return f"{text}\n    {self.hint}" if self.hint else text


def fault(
    where: Place | str,
    code: str,
    message: str,
    hint: str = "",
    path: str = "",
    *,
    severity: Severity = Severity.ERROR,
) -> Fault:
    """A fault at a place, or of a whole file as messages name it; ``path`` is as in `Fault`."""
    place = Place(where) if isinstance(where, str) else where
    return Fault(place=place, path=path, code=code, message=message, hint=hint, severity=severity)


def fault_at(
    root: Node,
    path: Path,
    code: str,
    message: str,
    hint: str = "",
    *,
    key: bool = False,
    severity: Severity = Severity.ERROR,
) -> Fault:
    """A fault of the value at ``path`` in a document, or of the last ``key`` of the path."""
    place = key_place(root, path) if key else value_place(root, path)
    return fault(place, code, message, hint, path_text(path), severity=severity)


def refusal(
    where: Place | str, code: str, message: str, hint: str = "", path: str = ""
) -> SourceError:
    """What to raise where one `fault` is all that can be said."""
    return SourceError([fault(where, code, message, hint, path)])


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


def counted(number: int, name: str) -> str:
    """So many of what ``name`` calls one of: ``1 clip``, ``2 clips``."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
