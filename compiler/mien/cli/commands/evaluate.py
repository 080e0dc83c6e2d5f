"""`mien evaluate`: comes with the trainer, and with the extra mien[train]."""

from __future__ import annotations

from mien_trainer.cli.evaluate import command

__all__ = ["command"]
