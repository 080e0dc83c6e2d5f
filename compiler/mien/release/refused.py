"""Why a release is not made."""

from __future__ import annotations

from collections.abc import Iterable

from mien.errors import MienError
from mien.text.fault import Fault
from mien.text.place import Place


class ReleaseRefused(MienError):
    """The bank can be read, but must not be released as it is; nothing was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def refusal(shown: str, code: str, message: str, hint: str) -> Fault:
    """One reason; ``shown`` is the file or folder that it is about."""
    return Fault(place=Place(shown), path="", code=code, message=message, hint=hint)
