"""`mien train expand`: widen an older network to more conditions."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import OutputFile
from mien.cli.terminal import say
from mien_trainer.fault import need_torch


@click.command("expand")
@click.argument("network", metavar="V2", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=OutputFile(".safetensors"),
    help="The .safetensors file to write.",
)
@click.option("--bank", default="default", help="The bank whose labels the new network gets.")
@click.option(
    "--labels",
    metavar="A,B,...",
    help="The labels of a foreign network, in its order.  "
    "[default: neutral,joy,anger,sadness,surprise]",
)
def command(network: Path, out: Path, bank: str, labels: str | None) -> None:
    """Extend V2, a network with a few labels, to all labels of a bank and VAD.

    V2 is the folder or the checkpoint of a training, or another program's file of named tensors
    (.safetensors, .pt), of which only the weights are read. For the labels that V2 has, the new
    network gives the same faces at any VAD until it is trained.
    """
    need_torch()
    from mien_trainer.model.shape import Conditioning
    from mien_trainer.train.checkpoint import save_checkpoint
    from mien_trainer.train.expand import V2_LABELS, expand, read_network
    from mien_trainer.train.trust import trusted_bank

    trusted = trusted_bank(bank)
    own_labels = V2_LABELS if labels is None else tuple(labels.split(","))
    found = read_network(network, own_labels, trusted)
    wide = expand(found, Conditioning(labels=trusted.bank.labels))
    save_checkpoint(out, wide.metadata, wide.model)
    own = found.metadata.config.conditioning
    say(
        f"{out}: {wide.metadata.config.conditioning.width} conditions, "
        f"the same faces on {', '.join(own.labels)}; labels of {trusted.bank.source}"
    )
