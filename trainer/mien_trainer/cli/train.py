"""`mien train`: train networks, widen, export and compare them."""

from __future__ import annotations

import click

from mien.cli.main import LazyGroup


class TrainGroup(LazyGroup):
    """The commands under ``mien train``."""

    table = {  # noqa: RUF012  as declared by the class above
        "run": "Train a network.",
        "expand": "Widen a network to more conditions.",
        "export": "Export a network to ONNX.",
        "cost": "Time a step, and the anchor snap's part of it.",
        "compare": "Train without labels and without snap, and compare.",
    }
    package = "mien_trainer.cli"


@click.group("train", cls=TrainGroup)
def command() -> None:
    """Train the network that speaks with a bank's faces, widen, export and compare networks.

    Training needs the extra mien[train]. Several processes share each step under
    `torchrun --nproc-per-node N -m mien.cli.main train run ...`.
    """
