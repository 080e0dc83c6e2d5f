"""`mien reader export`: the network of a transformer as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import click

from mien.cli.options import OutputFile
from mien.cli.terminal import say


@click.command("export")
@click.argument("reader", metavar="READER")
@click.option(
    "-o", "--output", "target", required=True, type=OutputFile(".onnx"), help="The network."
)
def command(reader: str, target: Path) -> None:
    """Export the network of READER, a transformer (a file or a release), as an ONNX file.

    Numbers of pieces in; logits, VAD and the logits of corpora's own labels out, as in the metadata
    of the file. It is checked against what NumPy makes of the same pieces.
    """
    from mien.reading.model import read_model
    from mien.reading.released import find_reader
    from mien.reading.transformer_weights import TransformerWeights
    from mien.text.atomic import write_atomic
    from mien_trainer.export.reader import transformer_onnx
    from mien_trainer.fault import TrainerError

    path = find_reader(reader).path
    weights = read_model(path).weights
    if not isinstance(weights, TransformerWeights):
        raise TrainerError(f"{path}: a linear reader has no network; export a transformer")
    data = transformer_onnx(weights)
    write_atomic(target, data)
    say(f"{target}: {weights.name} {weights.version}, {len(data):,} bytes")
