"""`mien speak`: comes with the trainer, and with the extra mien[train]."""

from __future__ import annotations

from mien_trainer.cli.speak import command

__all__ = ["command"]
