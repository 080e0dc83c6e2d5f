"""How large a network is, and which conditions it is given."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from mien.text.suggest import label_hint
from mien_trainer.fault import TrainerError


@frozen(kw_only=True)
class NetShape:
    """``width`` numbers a frame between blocks, ``blocks`` of them, ``hidden`` units of the base.

    Block k looks back 2 * 2^k frames, so that n blocks see the last 2^(n+1) - 1 frames. A contact
    of the lips with a probability of ``contact_threshold`` is half made, a little above it in full:
    the lower it is, the fewer are missed, and the more often lips close that should not.
    """

    width: int = 96
    blocks: int = 4
    hidden: int = 128
    contact_threshold: float = 0.0025

    @property
    def dilations(self) -> tuple[int, ...]:
        """The frames between the three taps of each block."""
        return tuple(2**k for k in range(self.blocks))

    @property
    def context(self) -> int:
        """The frames before a frame that its face depends on."""
        return 2 * sum(self.dilations)


@frozen(kw_only=True)
class Conditioning:
    """The labels that a network is given, in its own order, and whether it is given VAD."""

    labels: tuple[str, ...]
    vad: bool = True

    @property
    def width(self) -> int:
        """How many numbers that is."""
        return len(self.labels) + (3 if self.vad else 0)

    def columns(self, labels: Sequence[str]) -> tuple[int, ...]:
        """Where they stand in conditions of a bank with ``labels``: one-hot, then V, A, D.

        Raises:
            TrainerError: the bank lacks a label.
        """
        for name in self.labels:
            if name not in labels:
                raise TrainerError(f"the bank has no label {name}: {label_hint(name, labels)}")
        vad = range(len(labels), len(labels) + 3) if self.vad else range(0)
        return (*(labels.index(name) for name in self.labels), *vad)
