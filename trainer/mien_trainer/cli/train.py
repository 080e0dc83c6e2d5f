"""`mien train`: train networks, widen, export and compare them."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup

_COMMANDS = {
    "run": "Train a network.",
    "adapt": "Adapt a network to a bank of your own, from speech that is there.",
    "expand": "Extend a network to more labels and VAD.",
    "export": "Export a network to ONNX.",
    "lips": "Train lips for a pipe on recordings of real people.",
    "cost": "Time a training step, and the share of the anchor snap.",
    "compare": "Compare trainings with and without labels and anchor snap.",
}


@click.group("train", cls=LazyGroup, table=_COMMANDS, package="mien_trainer.cli")
def command() -> None:
    """Train the network that makes faces from speech; extend, export and compare networks.

    Training needs the extra mien[train]. Several processes share each step under
    `torchrun --nproc-per-node N -m mien.cli.main train run ...`.
    """
