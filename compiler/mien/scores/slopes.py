"""What is proved of a bank's faces: from its lock where that pins the artifact, else anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien.engine.tables import PLAIN
from mien.errors import SourceError
from mien.lock.read import LOCK_NAME, read_lock
from mien.lock.record import Lock, Slopes
from mien.performance.bound import Slope
from mien.performance.expression import Slot
from mien.resolve import BankSource


@frozen(kw_only=True)
class ProvedSlopes:
    """The slopes of every label, plain and in each style, and how many channels the bank moves."""

    slopes: Mapping[Slot, Slope]
    moving: int


def proved_slopes(source: BankSource, bank: Bank) -> ProvedSlopes:
    """The slopes of ``bank``, which was loaded from ``source``.

    Where no lock beside it pins this artifact, they are proved now, in some seconds.
    """
    from mien.certify.problem import moving_channels

    lock = _lock_beside(source.path)
    found = _certified(bank) if lock is None or not _pins(lock, bank) else _pinned(lock, bank)
    return ProvedSlopes(slopes=found, moving=moving_channels(bank.tables))


def _lock_beside(path: Path) -> Lock | None:
    folder = path if path.is_dir() else path.parent
    try:
        return read_lock(folder / LOCK_NAME)
    except (SourceError, OSError):
        return None


def _pins(lock: Lock, bank: Bank) -> bool:
    return lock.artifact.sha256 == bank.digest


def _pinned(lock: Lock, bank: Bank) -> dict[Slot, Slope]:
    # Prover 1 took means over all channels: of those that move, that is more by their ratio.
    from mien.certify.problem import moving_channels

    scale = 1.0
    if lock.channels is None:
        scale = len(bank.channels) / max(1, moving_channels(bank.tables))

    def slope(slopes: Slopes) -> Slope:
        return Slope(channel=slopes.channel.proved, mean=slopes.mean.proved * scale)

    found: dict[Slot, Slope] = {}
    for label, table in enumerate(bank.tables.labels):
        pin = lock.labels[table.label]
        found[Slot(label, PLAIN)] = slope(pin.plain)
        for style, name in enumerate(table.styles):
            found[Slot(label, style)] = slope(pin.styles[name])
    return found


def _certified(bank: Bank) -> dict[Slot, Slope]:
    from mien.certify import SlopeProof, certify

    def slope(proof: SlopeProof) -> Slope:
        return Slope(channel=proof.channel.bound.proved, mean=proof.mean.proved)

    found: dict[Slot, Slope] = {}
    for label, proof in enumerate(certify(bank.tables).labels):
        found[Slot(label, PLAIN)] = slope(proof.plain)
        for style, name in enumerate(bank.tables.labels[label].styles):
            found[Slot(label, style)] = slope(proof.styles[name])
    return found
