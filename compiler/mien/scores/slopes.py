"""What is proved of a bank's faces: from its lock where that pins the artifact, else anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.errors import SourceError
from mien.lock.read import LOCK_NAME, read_lock
from mien.lock.record import Lock
from mien.performance.bound import Slope
from mien.performance.expression import Slot
from mien.resolve import BankSource

if TYPE_CHECKING:
    from mien.certify import LabelProof


class ProvedSlopes:
    """The slopes of a bank's faces, each proved or looked up when it is first asked for.

    A plain face's are proved channel by channel, in a tenth of a second a label; what the kernels
    take to compile, once on a machine, comes on top. A style's are its worst channel's, from
    the lock where that pins the bank's artifact.
    """

    def __init__(self, source: BankSource, bank: Bank) -> None:
        from mien.certify.problem import moving_channels

        self._bank = bank
        lock = _lock_beside(source.path)
        self._lock = lock if lock is not None and lock.artifact.sha256 == bank.digest else None
        self._proofs: dict[int, LabelProof] = {}
        self.moving = moving_channels(bank.tables)
        """How many channels the bank can move."""

    def __call__(self, slot: Slot) -> Slope:
        """The slope of a label in a style, or plain."""
        table = self._bank.tables.labels[slot.label]
        channels = len(self._bank.channels)
        pin = None if self._lock is None else self._lock.labels.get(table.label)
        if slot.style != PLAIN and pin is not None:
            slopes = pin.styles[table.styles[slot.style]]
            # Prover 1 took means over all channels: of those that move, that is more.
            scale = 1.0 if self._lock and self._lock.channels else channels / max(1, self.moving)
            worst = np.full(channels, slopes.channel.proved)
            return Slope(channels=worst, mean=slopes.mean.proved * scale)
        proof = self._proof(slot.label)
        if slot.style != PLAIN:
            style = proof.styles[table.styles[slot.style]]
            worst = np.full(channels, style.channel.bound.proved)
            return Slope(channels=worst, mean=style.mean.proved)
        own = [
            proof.channels[name].bound.proved if name in proof.channels else 0.0
            for name in self._bank.channels
        ]
        return Slope(channels=np.array(own), mean=proof.plain.mean.proved)

    def _proof(self, label: int) -> LabelProof:
        from mien.certify.proofs import prove_label

        found = self._proofs.get(label)
        if found is None:
            found = prove_label(self._bank.tables, self._bank.tables.labels[label])
            self._proofs[label] = found
        return found


def _lock_beside(path: Path) -> Lock | None:
    folder = path if path.is_dir() else path.parent
    try:
        return read_lock(folder / LOCK_NAME)
    except (SourceError, OSError):
        return None
