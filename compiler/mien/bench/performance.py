"""How fast a performance is evaluated, beside the time that it lasts."""

from __future__ import annotations

from collections.abc import Iterator

from mien.bank import Bank
from mien.bench.report import Row
from mien.bench.timing import medians
from mien.engine.tables import PLAIN, Tables
from mien.performance.clock import FRAME_RATE, ticks
from mien.performance.expression import Move, Pose, Slot
from mien.performance.lips import still_lips
from mien.performance.performer import BLOCK, Performer, Plan

SECONDS = 60
EVERY = 3
"""Seconds from one change of label to the next."""


def performance_rows(tables: Tables, *, rounds: int) -> Iterator[Row]:
    """A minute of labels that change, with life: the peer is the minute itself."""
    bank = Bank(tables)
    plan = _plan(bank)

    def perform() -> None:
        performer = Performer(bank, plan)
        for _ in performer.perform(
            still_lips(bank.channels, min(BLOCK, SECONDS * FRAME_RATE - begin))
            for begin in range(0, SECONDS * FRAME_RATE, BLOCK)
        ):
            pass

    took = medians({"perform": perform}, rounds=rounds)["perform"]
    yield Row(name="perform a minute / real time", batch=0, ours=took, peer=float(SECONDS))


def _plan(bank: Bank) -> Plan:
    moves: list[Move] = []
    for number, start in enumerate(range(0, SECONDS - 1, EVERY)):
        label = number % len(bank.labels)
        v, a, d = bank.point(bank.labels[label], intensity=0.5 + 0.5 * (number % 2)).tolist()
        pose = Pose(weights={Slot(label, PLAIN): 1.0}, point=(v, a, d))
        moves.append(Move(start=ticks(start), length=ticks(0.5), pose=pose))
    return Plan(moves=tuple(moves), frames=SECONDS * FRAME_RATE)
