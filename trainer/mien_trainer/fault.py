"""What can go wrong for reasons that lie outside the program."""

from __future__ import annotations

from mien.errors import MienError


class TrainerError(MienError):
    """Something a person has to change; the message says what was found and what to do.

    Commands show the message and exit with 2.
    """
