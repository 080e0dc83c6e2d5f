"""`mien train`: train networks, widen, export and compare them."""

from mien.cli.main import LazyGroup

command = LazyGroup(
    "train",
    help=(
        "Train the network that makes faces from speech; extend, export and compare networks.\n\n"
        "Training needs the extra mien[train]. Several processes share each step under "
        "`torchrun --nproc-per-node N -m mien.cli.main train run ...`."
    ),
    package="mien_trainer.cli",
    table={
        "run": "Train a network.",
        "adapt": "Adapt a network to a bank of your own, from speech that is there.",
        "expand": "Extend a network to more labels and VAD.",
        "export": "Export a network to ONNX.",
        "lips": "Train lips for a pipe on recordings of real people.",
        "cost": "Time a training step, and the share of the anchor snap.",
        "compare": "Compare trainings with and without labels and anchor snap.",
    },
)
