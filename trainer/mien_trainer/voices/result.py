"""All that was measured on real voices, and the figures that a live network should reach there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from attrs import frozen

from mien_trainer.evaluate.result import Figure
from mien_trainer.voices.measures import Followed
from mien_trainer.voices.recordings import Kind, Refused

R = {"opening": 0.53, "jaw": 0.5, "lowerDown": 0.45, "pucker": 0.42, "mouthClose": 0.35}
TOUCHES = (0.3, 1.2)
SPEED = (0.7, 1.3)
SHUT = 0.05
KEPT = {"clean": 0.85, "noise": 0.7, "room": 0.7}
LEAST = 2.0
"""Seconds of speech, of less of which nothing is decided."""

ENOUGH = 30.0
"""Seconds of speech, in less of which a few sounds decide."""

DECIDING = (Kind.CAPTURE, Kind.TIMES, Kind.WORDS)
"""The kinds that figures are taken from."""


@frozen(kw_only=True)
class Row:
    """One method on the clips of one kind in one room; ``missed`` clips it had no lips for."""

    kind: Kind
    room: str
    method: str
    live: bool
    missed: int
    followed: Followed


@frozen(kw_only=True)
class VoicesReport:
    """What was measured: ``speakers`` and ``clips`` by kind; ``delay`` of the networks in seconds.

    ``networks`` are the methods that figures are asked of, ``doubts`` what is odd in recordings
    that are used.
    """

    bank: str
    networks: tuple[str, ...]
    delay: float
    speakers: Mapping[Kind, int]
    clips: Mapping[Kind, int]
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    doubts: tuple[Refused, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether all figures keep their bounds; false too where there is too little to judge."""
        found = tuple(figures(self))
        return all(one.kept for one in found) and bool(found or not self.too_little)

    @property
    def too_little(self) -> tuple[str, ...]:
        """Of which kinds there is too little speech to judge, and how much."""
        return tuple(
            f"{kind.value}: {seconds:.1f} s of speech are too little to judge, expected {LEAST:g} "
            "or more"
            for kind, seconds in self.spoken.items()
            if seconds < LEAST
        )

    @property
    def little(self) -> tuple[str, ...]:
        """Of which kinds there is so little speech that chance has a say, and how much."""
        return tuple(
            f"{kind.value}: {seconds:.1f} s of speech are little, a few sounds decide; {ENOUGH:g} "
            "or more are steadier"
            for kind, seconds in self.spoken.items()
            if LEAST <= seconds < ENOUGH
        )

    @property
    def spoken(self) -> Mapping[Kind, float]:
        """The seconds of speech of each of `DECIDING` that there is."""
        rows = [row for row in self.rows if row.method in self.networks and row.room == "clean"]
        return {
            kind: max(row.followed.seconds for row in rows if row.kind is kind)
            for kind in DECIDING
            if any(row.kind is kind for row in rows)
        }


def figures(report: VoicesReport) -> Iterator[Figure]:
    """The numbers that decide whether a network ships; none where nothing can be said."""
    for name in report.networks:
        of = {(row.kind, row.room): row.followed for row in report.rows if row.method == name}
        kinds = [kind for kind, seconds in report.spoken.items() if seconds >= LEAST]
        kinds = [kind for kind in kinds if (kind, "clean") in of]
        for kind in kinds:
            yield from (one for one in _figures(name, kind, of) if not math.isnan(one.value))


def _figures(name: str, kind: Kind, of: Mapping[tuple[Kind, str], Followed]) -> Iterator[Figure]:
    clean, after = of[kind, "clean"], f", {name}, {kind.value}"
    for curve, least in R.items():
        value = clean.r[curve]
        yield Figure(name=f"r of {curve}{after}", value=value, bound=least, most=False)
    for what, value, (low, high) in (
        ("touches a second", clean.touches, TOUCHES),
        ("speed of the jaw", clean.speed, SPEED),
    ):
        yield Figure(name=f"{what}{after}", value=value, bound=low, most=False)
        yield Figure(name=f"{what}{after}", value=value, bound=high)
    yield Figure(name=f"shut while open{after}", value=clean.shut, bound=SHUT)
    for room, least in KEPT.items():
        if (kind, room) in of:
            yield Figure(
                name=f"closures kept at the taught rate, {room}{after}",
                value=of[kind, room].matched,
                bound=least,
                most=False,
            )
