"""What `mien doctor` prints of any file: its findings, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.terminal import Styled, say

if TYPE_CHECKING:
    from mien.doctor.findings import Finding
    from mien.errors import MienError


def refused(path: Path, error: MienError, output: str) -> dict[str, object]:
    """A file that cannot be read, for programs; for people it is printed here."""
    from mien.cli.faults import write_faults
    from mien.errors import SourceError
    from mien.text.fault import fault_json

    if isinstance(error, SourceError):
        if output == "text":
            write_faults(error.faults, output, err=True)
        return {"file": str(path), "faults": [fault_json(one) for one in error.faults]}
    if output == "text":
        say(f"Error: {error}", err=True)
    return {"file": str(path), "error": str(error)}


def write_findings(said: Sequence[Finding]) -> None:
    """Print findings for people."""
    for one in said:
        head = Styled("wrong", "red", bold=True) if one.wrong else Styled("note")
        say("  ", head, f": {one.message} ", Styled(f"[{one.kind}]", dim=True))
        if one.hint:
            say("    ", Styled("hint: ", "cyan"), one.hint)
