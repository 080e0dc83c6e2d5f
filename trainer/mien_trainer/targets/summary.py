"""What a recipe will cost and what a run came to, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from attrs import frozen

from mien_trainer.targets.clip import ClipSpec
from mien_trainer.targets.make import Outcome
from mien_trainer.targets.manifest import manifest_digest
from mien_trainer.targets.worker import ShardTask, WorkerSetup, make_shard

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
    specs: Sequence[ClipSpec], setup: WorkerSetup, *, workers: int, price: float
) -> Estimate:
    """The figures of the plan ``specs``, with ``price`` the cost of a core for an hour.

    Raises:
        TrainerError: a clip of the sample cannot be made.
    """
    many = min(SAMPLE, len(specs))
    chosen = tuple(specs[at * len(specs) // many] for at in range(many))
    maker = setup.open()
    make_shard(maker, setup.header, ShardTask(file="", split=chosen[0].split, specs=chosen[:2]))
    spoken, started = maker.speech_seconds, perf_counter()
    made = make_shard(maker, setup.header, ShardTask(file="", split=chosen[0].split, specs=chosen))
    core = (perf_counter() - started) / many
    rest = core - (maker.speech_seconds - spoken) / many
    seconds = made.entry.frames / setup.header.frame_rate / many
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


_FEW = 5


def outcome_lines(outcome: Outcome, folder: Path) -> list[str]:
    """A short table of the finished folder."""
    manifest = outcome.manifest
    rows = [
        ("clips", f"{manifest.clips:,} ({_counts(manifest.counts.split)})"),
        ("hours", f"{manifest.seconds / 3600:.2f}"),
        ("sources", _counts(manifest.counts.source)),
        ("voices", f"{len(manifest.counts.voice)}"),
        ("labels", f"{len(manifest.counts.label)}"),
        ("size", f"{_megabytes(outcome.bytes)} in {len(manifest.shards)} shards"),
        ("speed", _speed(outcome)),
        ("digest", manifest_digest(manifest)),
    ]
    return [str(folder), *(f"  {name:<8} {value}" for name, value in rows), *_refused(outcome)]


def outcome_json(outcome: Outcome, folder: Path) -> dict[str, object]:
    """The same, for programs."""
    manifest = outcome.manifest
    return {
        "folder": str(folder),
        "recipe": manifest.recipe,
        "digest": manifest_digest(manifest),
        "artifact": manifest.artifact,
        "clips": manifest.clips,
        "planned": outcome.planned,
        "made": outcome.made,
        "refused": len(manifest.refused),
        "hours": manifest.seconds / 3600,
        "shards": len(manifest.shards),
        "bytes": outcome.bytes,
        "seconds": outcome.seconds,
        "counts": {
            "split": dict(manifest.counts.split),
            "source": dict(manifest.counts.source),
            "voice": dict(manifest.counts.voice),
            "label": dict(manifest.counts.label),
        },
    }


def estimate_lines(found: Estimate) -> list[str]:
    """The expected figures, and how they were found."""
    rows = [
        ("clips", f"{found.clips:,}"),
        ("hours", f"{found.hours:.2f}"),
        ("size", _megabytes(found.bytes)),
        ("time", f"{_time(found.seconds)} with {found.workers} workers"),
        ("a core", f"{found.core_seconds * 1e3:.0f} ms a clip, {found.real_time:.0f} x real time"),
        ("", f"{found.after_speech:.0f} x real time once the speech is there"),
    ]
    return [
        *(f"{name:<8} {value}" for name, value in rows),
        "",
        "a million such clips",
        f"  {found.million_hours:,.0f} hours, {found.million_bytes / 1e9:,.0f} GB",
        f"  {found.million_core_hours:,.1f} core-hours, "
        f"{found.million_price:,.2f} at {found.price_per_core_hour:g} a core-hour",
        "",
        f"From {found.sampled} clips of the plan, made by one process on this machine just now;",
        "cores share nothing but the disk, so time divides by their number.",
    ]


def _speed(outcome: Outcome) -> str:
    manifest = outcome.manifest
    if outcome.made == 0:
        return "nothing was left to make"
    share = outcome.made / max(1, manifest.clips)
    faster = manifest.seconds * share / outcome.seconds
    rate = outcome.made / outcome.seconds
    return f"{_time(outcome.seconds)}, {rate:.1f} clips/s, {faster:.0f} x real time"


def _refused(outcome: Outcome) -> Iterator[str]:
    refused = outcome.manifest.refused
    if refused:
        yield f"  refused  {len(refused)}, listed in manifest.json:"
    for one in refused[:_FEW]:
        yield f"    {one.clip or one.source}: {one.reason}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {many:,}" for name, many in counts.items())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
