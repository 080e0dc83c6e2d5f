"""What is done otherwise where there is a GPU; nothing else asks for one."""

from __future__ import annotations

import torch

from mien_trainer.model.net import FaceNet
from mien_trainer.model.typed import compiled


def use_gpu(model: FaceNet) -> None:
    """Compile both passes of a training, with the blocks over sound in half precision.

    The face itself stays in float32: bfloat16 knows a weight to 1/256 only, which is coarser than
    the presets are held.
    """
    half = torch.autocast("cuda", dtype=torch.bfloat16)
    for block in model.blocks:
        setattr(block, "forward", half(block.forward))  # noqa: B010  a method of one object
    for name in ("taught", "moments"):
        setattr(model, name, compiled(getattr(model, name)))
