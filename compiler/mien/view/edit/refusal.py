"""Why an edit is not made."""

from __future__ import annotations

from mien.errors import MienError
from mien.text.fault import Fault


class EditRefused(MienError):
    """An edit that is not made; nothing was written. ``faults`` are what it would have broken."""

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class EditConflict(EditRefused):
    """The file is no longer the one that the edit was made for."""
