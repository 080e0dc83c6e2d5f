"""The folder that an adaptation works in.

    targets/             the speech with the bank's faces, where it was kept for another bank
    start.safetensors    the network that the training begins with
    training/            the training: `mien train run` could go on with it

All of it follows from what was given, so that the same command goes on where another was stopped.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mien.release.exclusive import BusyError, exclusive
from mien_trainer.fault import TrainerError

TARGETS, START, TRAINING = "targets", "start.safetensors", "training"


@contextmanager
def alone(work: Path) -> Generator[None]:
    """The folder, for one adaptation at a time.

    Raises:
        TrainerError: another one is at work there.
        OSError: the folder cannot be written.
    """
    work.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(work):
            yield
    except BusyError:
        raise TrainerError(
            f"{work}: another adaptation is at work in this folder; wait for it, or name another "
            "with --work"
        ) from None
