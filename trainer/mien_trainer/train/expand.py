"""A network that is told a few labels becomes one that is told all, and VAD, and gives the same.

Only two kinds of weights meet the conditions: the first layer of the base and the FiLM of every
block. They get a column for each new condition, filled with zeros, so that what is told anew
changes nothing until it is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve
from torch import Tensor

from mien_trainer.fault import TrainerError
from mien_trainer.model.shape import Conditioning
from mien_trainer.train.checkpoint import Checkpoint, new_model

_TOLD = ("base.told.weight", ".film.weight")


def expand(checkpoint: Checkpoint, conditions: Conditioning) -> Checkpoint:
    """The network told ``conditions``; its faces on the labels that it knew are the same.

    Raises:
        TrainerError: a condition that it was told is not among ``conditions``.
    """
    known = checkpoint.head.config.conditions
    missing = [name for name in known.labels if name not in conditions.labels]
    if missing or (known.vad and not conditions.vad):
        raise TrainerError(
            f"the network is told {', '.join(missing) or 'VAD'}, which the wider one is not: "
            "expected its conditions and more"
        )
    config = evolve(checkpoint.head.config, conditions=conditions)
    head = evolve(checkpoint.head, step=0, score=None, best=None, config=config)
    wider = new_model(head)
    tensors = checkpoint.model.state_dict()
    tensors = widened(tensors, _positions(known, conditions), conditions.width)
    wider.load_state_dict({**tensors, "columns": wider.columns})
    return Checkpoint(head=head, model=wider.requires_grad_(requires_grad=False).eval())


def widened(
    tensors: Mapping[str, Tensor], positions: Sequence[int], width: int
) -> dict[str, Tensor]:
    """Tensors whose columns for conditions stand at ``positions`` among ``width``, else 0."""
    wide: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name.endswith(_TOLD):
            wide[name] = tensor.new_zeros(len(tensor), width)
            wide[name][:, list(positions)] = tensor
        else:
            wide[name] = tensor
    return wide


def _positions(known: Conditioning, wider: Conditioning) -> list[int]:
    labels = [wider.labels.index(name) for name in known.labels]
    return labels + (list(range(wider.width - 3, wider.width)) if known.vad else [])
