"""The network that ships."""

from __future__ import annotations

from pathlib import Path

from mien_trainer.fault import TrainerError

_PATH = Path(__file__).resolve().parents[1] / "networks" / "default.onnx"


def shipped_network() -> Path:
    """The exported network of the default bank.

    Raises:
        TrainerError: this installation has none.
    """
    if not _PATH.is_file():
        raise TrainerError("no network ships with this installation: give one with --network")
    return _PATH
