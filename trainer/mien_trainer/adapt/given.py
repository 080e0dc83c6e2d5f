"""Whether a network, a bank and kept speech go together: asked before torch, which loads slowly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien_trainer.fault import TrainerError
from mien_trainer.speak.network import read_network
from mien_trainer.targets.manifest import Manifest, read_manifest
from mien_trainer.targets.recast import check_rig
from mien_trainer.train.checkpoint_file import checkpoint_path, read_parts

EXPORTED = ".onnx"

_FEW = 4
"""Channels that a refusal lists."""


@frozen(kw_only=True)
class GivenNetwork:
    """What a network is called, the labels that it knows, and the channels that it gives."""

    name: str
    knows: tuple[str, ...]
    channels: tuple[str, ...]

    def new_labels(self, bank: Bank) -> tuple[str, ...]:
        """The bank's labels that it does not know."""
        return tuple(label for label in bank.labels if label not in self.knows)


def agreed(path: Path, bank: Bank, data: Path) -> tuple[GivenNetwork, Manifest]:
    """The network in the file ``path`` and the targets in ``data``, which fit the bank.

    Raises:
        TrainerError: one of them is none, or for another rig.
        OSError: one of them cannot be read.
    """
    found = _given(path)
    check_channels(found.name, found.channels, bank)
    manifest = read_manifest(data)
    check_rig(data, manifest, bank)
    return found, manifest


def check_channels(name: str, channels: Sequence[str], bank: Bank) -> None:
    """See that the network called ``name`` has the channels of ``bank``, in its order.

    Raises:
        TrainerError: it has others, or another order.
    """
    if tuple(channels) != tuple(bank.channels):
        raise TrainerError(
            f"{bank.source}: its rig {_rig_fault(bank.channels, channels, name)}. Networks are "
            "made for the rig that `mien init` copies: make its rig file like that one, or speak "
            "with `mien speak --bank` and no network of its own, which any rig can"
        )


def _given(path: Path) -> GivenNetwork:
    if not path.exists():
        raise TrainerError(
            f"{path}: there is no such file, expected an exported network (.onnx), a checkpoint, "
            "the folder of a training, or default for the network that ships"
        )
    if path.suffix == EXPORTED:
        card = read_network(path).card
        return GivenNetwork(name=card.name, knows=card.knows, channels=card.channels)
    _, metadata = read_parts(checkpoint_path(path))
    config = metadata.config
    return GivenNetwork(
        name=config.name, knows=config.conditioning.labels, channels=metadata.channels
    )


def _rig_fault(found: Sequence[str], wanted: Sequence[str], name: str) -> str:
    lacks = [one for one in wanted if one not in found]
    more = [one for one in found if one not in wanted]
    if not lacks and not more:
        at = next(at for at, one in enumerate(wanted) if found[at] != one)
        return (
            f"has the channels of the network {name} in another order: number {at + 1} is "
            f"{found[at]}, expected {wanted[at]}"
        )
    parts = [
        f"{verb} {', '.join(names[:_FEW])}" + (" and more" if len(names) > _FEW else "")
        for verb, names in (("lacks", lacks), ("has besides", more))
        if names
    ]
    return f"is another than that of the network {name}: it {' and '.join(parts)}"
