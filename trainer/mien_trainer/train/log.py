"""The log of a training: a line of JSON for a step or a validation, without the time it took.

So a training that was stopped and resumed leaves the same log as one that was not, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, Self

from mien.text.atomic import write_atomic
from mien.text.regular_file import TRAINING_LOG, read_regular
from mien_trainer.fault import TrainerError

NAME = "log.jsonl"


class Curves(Protocol):
    """What draws curves: TensorBoard's writer, where it is wanted."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """Add a point."""
        ...


class Log:
    """Appends to the log in the folder of a training; lines after ``step`` are taken back.

    Without a folder nothing is written: of several processes one keeps the log.
    """

    def __init__(self, folder: Path | None, step: int, curves: Curves | None = None) -> None:
        self._curves = curves
        self._stream = None
        if folder is None:
            return
        path = folder / NAME
        kept = [line for line in read_lines(path) if line_step(line) <= step]
        write_atomic(path, "".join(kept).encode())
        self._stream = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def write(self, kind: str, step: int, values: Mapping[str, float]) -> None:
        """A line of ``kind``, "step" or "validation"."""
        if self._stream is None:
            return
        document = {"kind": kind, "step": step, **values}
        self._stream.write(json.dumps(document, allow_nan=False) + "\n")
        self._stream.flush()
        if self._curves is not None:
            for name, value in values.items():
                self._curves.add_scalar(f"{kind}/{name}", value, step)


def read_lines(path: Path) -> list[str]:
    """The whole lines of a log; a last one that a crash cut off is left out."""
    if not path.exists():
        return []
    lines = read_regular(path, TRAINING_LOG).decode("utf-8").splitlines(keepends=True)
    return [line for line in lines if line[-1] == "\n"]


def line_step(line: str) -> int:
    """The step that a line is about.

    Raises:
        TrainerError: it is not a line of a log.
    """
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        raise TrainerError(f"{NAME}: found {line.strip()!r}, expected a line of a log") from None
