"""Where something stands in a source file."""

from __future__ import annotations

from attrs import frozen


@frozen(order=True)
class Place:
    """A position in a source file, as editors count it.

    ``file`` is the path as a person would type it; ``line`` and ``column`` start at 1, and 0 means
    "the file as a whole".
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"
