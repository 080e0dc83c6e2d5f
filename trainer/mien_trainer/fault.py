"""What can go wrong for reasons that lie outside the program, and how it is said."""

from __future__ import annotations

import os
import stat
from importlib.util import find_spec
from pathlib import Path

from mien.errors import MienError

_BRIEF = 200


class TrainerError(MienError):
    """Something a person has to change; the message says what was found and what to do.

    Commands show the message and exit with 2.
    """


class TorchMissingError(TrainerError):
    """A package of the extra mien[train] is not installed."""


def need_torch() -> None:
    """See that training is possible, before anything imports torch.

    Raises:
        TorchMissingError: it is not.
    """
    for name in ("torch", "safetensors", "pyarrow"):
        if find_spec(name) is None:
            raise TorchMissingError(f"{name} is not installed: pip install 'mien[train]'")


def brief(error: object) -> str:
    """What another library says, in one line of printable characters that is not too long."""
    line = " ".join(str(error).split())
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    return shown if len(shown) <= _BRIEF else shown[: _BRIEF - 1] + "\N{HORIZONTAL ELLIPSIS}"


def read_bytes(path: Path, most: int, expected: str) -> bytes:
    """The bytes of a regular file, at most ``most``; pipes and devices are never waited for.

    Raises:
        TrainerError: there is no such file, it is something else, or it is larger; ``expected``
            is what the message asks for, such as "a network".
        OSError: it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise TrainerError(f"{path}: there is no such file, expected {expected}") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise TrainerError(
            f"{path}: expected {expected}, found something that is no file (a folder, a pipe or a "
            "device)"
        )
    with os.fdopen(descriptor, "rb") as stream:
        data = stream.read(most + 1) if found.st_size <= most else b""
    if found.st_size > most or len(data) > most:
        raise TrainerError(
            f"{path}: {max(found.st_size, len(data)):,} bytes, expected {expected} of at most "
            f"{most:,}"
        )
    return data
