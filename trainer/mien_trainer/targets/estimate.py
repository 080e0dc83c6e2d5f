"""What a recipe will cost, from clips made on this machine just now.

The method: a sample of the recipe's clips, spread evenly over its plan, is made in this process and
kept as a shard. Seconds of speech, bytes and seconds of one core a clip are those of the sample,
with the time to open the sources left out. A machine's time is the core time over its workers,
since clips share nothing; a set of a million costs its core-hours times a price.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from attrs import frozen

from mien_trainer.targets.clip import ClipSpec
from mien_trainer.targets.work import Task, Workshop, make_shard

SAMPLE = 40
"""Clips that are made for an estimate."""

MILLION = 1_000_000


@frozen(kw_only=True)
class Estimate:
    """Expected figures of a recipe: hours of clips, bytes of shards, seconds on ``workers`` cores.

    ``core_seconds`` is what one clip takes, ``real_time`` how many seconds of clips a core makes in
    one, ``after_speech`` the same without the time that sources take to speak and to align.
    ``million_core_hours`` and ``million_price`` are for a million such clips.
    """

    sampled: int
    clips: int
    hours: float
    bytes: int
    workers: int
    seconds: float
    core_seconds: float
    real_time: float
    after_speech: float
    million_core_hours: float
    million_hours: float
    million_bytes: int
    price_per_core_hour: float
    million_price: float


def estimate(
    specs: Sequence[ClipSpec], workshop: Workshop, *, workers: int, price: float
) -> Estimate:
    """The figures of the plan ``specs``, with ``price`` the cost of a core for an hour.

    Raises:
        TrainerError: a clip of the sample cannot be made.
    """
    many = min(SAMPLE, len(specs))
    chosen = tuple(specs[at * len(specs) // many] for at in range(many))
    maker = workshop.open()
    make_shard(maker, workshop.head, Task(file="", split=chosen[0].split, specs=chosen[:2]))
    spoken, started = maker.speaking, perf_counter()
    made = make_shard(maker, workshop.head, Task(file="", split=chosen[0].split, specs=chosen))
    core = (perf_counter() - started) / many
    rest = core - (maker.speaking - spoken) / many
    seconds = made.entry.frames / workshop.head.frame_rate / many
    size = len(made.data) / many
    hours = MILLION * core / 3600
    return Estimate(
        sampled=many,
        clips=len(specs),
        hours=len(specs) * seconds / 3600,
        bytes=round(len(specs) * size),
        workers=workers,
        seconds=len(specs) * core / workers,
        core_seconds=core,
        real_time=seconds / core,
        after_speech=seconds / rest,
        million_core_hours=hours,
        million_hours=MILLION * seconds / 3600,
        million_bytes=round(MILLION * size),
        price_per_core_hour=price,
        million_price=hours * price,
    )
