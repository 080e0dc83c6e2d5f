"""`mien train export`: a network as one ONNX file, with its card beside it."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import EXISTING_FOLDER, FILE, OutputFile
from mien.cli.terminal import say
from mien_trainer.fault import need_torch


@click.command("export")
@click.argument("checkpoint", metavar="CHECKPOINT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=OutputFile(".onnx"),
    metavar="FILE.onnx",
    help="The file to write; its model card is written beside it, as FILE.card.md.",
)
@click.option(
    "--data", type=EXISTING_FOLDER, help="The targets that it was trained on, for the model card."
)
@click.option(
    "--figures",
    type=FILE,
    metavar="FILE.json",
    help="The output of `mien evaluate --format json`, for the model card.",
)
def command(checkpoint: Path, out: Path, data: Path | None, figures: Path | None) -> None:
    """Export CHECKPOINT, or the best one in the folder of a training, for `mien speak`.

    The exported file runs without PyTorch, one frame at a time or many at once. It is written only
    if its outputs equal those of PyTorch within 1e-5.
    """
    from mien.text.atomic import write_atomic

    need_torch()
    from mien_trainer.export.card import card_markdown, learned_from, read_measured
    from mien_trainer.export.onnx import network_card, onnx_bytes
    from mien_trainer.train.checkpoint import load_checkpoint

    found = load_checkpoint(checkpoint)
    card = network_card(found)
    learned = None if data is None else learned_from(data, card)
    measured = None if figures is None else read_measured(figures, card)
    exported = onnx_bytes(found)
    write_atomic(out, exported)
    card_file = out.with_suffix(".card.md")
    write_atomic(card_file, card_markdown(card, len(exported), learned, measured).encode())
    say(f"{out}: {card.parameters:,} parameters, {len(exported) / (1 << 20):.2f} MB")
    say(f"{card_file}: its card")
