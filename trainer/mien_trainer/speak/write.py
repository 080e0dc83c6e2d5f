"""Faces into a file that other programs read: Live Link Face CSV, or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mien.text.atomic import write_atomic
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.speak.livelink_csv import livelink_csv

SUFFIXES = (".csv", ".json")
"""The endings of files that can be written; the ending decides the format."""

_DIGITS = 6


def take_json(channels: Sequence[str], weights: F32) -> str:
    """Faces (N, C) as JSON: the frame rate, the channels' names, a list of weights a frame."""
    rows = [[round(weight, _DIGITS) for weight in row] for row in weights.astype(float).tolist()]
    return json.dumps({"frame_rate": FRAME_RATE, "channels": list(channels), "weights": rows})


def write_take(path: Path, channels: Sequence[str], weights: F32) -> None:
    """Put faces (N, C) at 60 fps into ``path``, all of them or nothing.

    Raises:
        TrainerError: the name ends in none of `SUFFIXES`.
        OSError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TrainerError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    text = take_json if suffix == ".json" else livelink_csv
    write_atomic(path, text(channels, weights).encode())
