"""`mien targets`: the trainer's commands on training targets."""

from __future__ import annotations

from mien_trainer.cli.targets import command

__all__ = ["command"]
