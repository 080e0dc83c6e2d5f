"""`mien reader`: train, evaluate, pin and release readers of text."""

from mien.cli.main import LazyGroup

command = LazyGroup(
    "reader",
    help="Train, evaluate, pin and release readers of text. `mien read` reads with them.",
    package="mien_trainer.cli.readers",
    table={
        "check": "Check recipes: names, readings, sentences, files of the data.",
        "train": "Train a reader on corpora, after a recipe.",
        "evaluate": "Measure how well a reader reads.",
        "lock": "Pin a reader, and what it makes of a frozen list of texts.",
        "release": "Freeze a reader at its version, for ever.",
        "export": "Write the network of a transformer as an ONNX file.",
    },
)
