"""A folder of training targets from a recipe: shards, then a manifest of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic

from attrs import frozen

from mien_trainer.speech import Split
from mien_trainer.targets.clip import ClipSpec, ShardHeader
from mien_trainer.targets.folder import Pins, Record, TargetsFolder, held
from mien_trainer.targets.manifest import Counts, Manifest, Refused
from mien_trainer.targets.recipe import Recipe, recipe_digest
from mien_trainer.targets.worker import MadeShard, ShardTask, WorkerSetup, shard_tasks

Engine = Callable[[WorkerSetup, Iterable[ShardTask]], Generator[MadeShard, None, None]]
"""Makes the shards of tasks, and gives each as it is done, in any order."""

Step = Callable[[int], None]
"""Takes how many more of the planned clips are dealt with."""


@frozen(kw_only=True)
class Outcome:
    """A finished folder: its manifest, and how this run went.

    ``made`` are the clips that this run made and ``seconds`` the time it took; ``bytes`` the size
    of all shards.
    """

    manifest: Manifest
    planned: int
    made: int
    seconds: float
    bytes: int

    @property
    def refused_share(self) -> float:
        """The share of the planned clips that was refused."""
        return sum(1 for one in self.manifest.refused if one.clip) / max(1, self.planned)


def make_targets(
    recipe: Recipe,
    specs: Sequence[ClipSpec],
    setup: WorkerSetup,
    folder: Path,
    engine: Engine,
    *,
    unusable: Sequence[Refused] = (),
    step: Step | None = None,
) -> Outcome:
    """Make all that is not there yet, and the manifest.

    ``unusable`` is what sources found and could not even offer. The bytes do not depend on the
    engine, on the order in which it gives shards, nor on whether an earlier run was cut off.

    Raises:
        TrainerError: the folder or a source cannot be used, or there is no room.
        OSError: the folder cannot be written.
    """
    pins = Pins(
        recipe_sha256=recipe_digest(recipe), artifact=setup.header.artifact, programs=setup.programs
    )
    work = shard_tasks(specs, recipe.clips_per_shard)
    return make_shards(recipe.name, pins, work, setup, folder, engine, unusable=unusable, step=step)


def make_shards(
    name: str,
    pins: Pins,
    work: Sequence[ShardTask],
    setup: WorkerSetup,
    folder: Path,
    engine: Engine,
    *,
    unusable: Sequence[Refused] = (),
    step: Step | None = None,
) -> Outcome:
    """As `make_targets`, for shards that are planned; ``name`` is that of their recipe."""
    started = monotonic()
    with held(folder):
        there = TargetsFolder(folder, pins, work)
        planned = {task.file: len(task.specs) for task in work}
        made = 0
        report = step or _quiet
        report(sum(planned[entry.file] for entry in there.done))
        if there.left:
            with closing(engine(setup, there.left)) as shards:
                for one in shards:
                    there.keep(one)
                    made += one.entry.clips
                    report(planned[one.entry.file])
        manifest = there.manifest
        if manifest is None:
            manifest = _manifest(name, pins, setup.header, there.records(), unusable)
            there.finish(manifest)
        there.tidy()
    return Outcome(
        manifest=manifest,
        planned=sum(planned.values()),
        made=made,
        seconds=monotonic() - started,
        bytes=sum((folder / shard.file).stat().st_size for shard in manifest.shards),
    )


def _manifest(
    name: str,
    pins: Pins,
    header: ShardHeader,
    records: Sequence[Record],
    unusable: Sequence[Refused],
) -> Manifest:
    frames = sum(record.entry.frames for record in records)
    refused = [one for record in records for one in record.refused]
    return Manifest(
        recipe=name,
        recipe_sha256=pins.recipe_sha256,
        bank=header.bank,
        version=header.version,
        artifact=header.artifact,
        channels=header.channels,
        labels=header.labels,
        frame_rate=header.frame_rate,
        mels=header.mels,
        clips=sum(record.entry.clips for record in records),
        seconds=frames / header.frame_rate,
        counts=Counts(
            label=_sum((record.counts.label for record in records), header.labels),
            voice=_sum(record.counts.voice for record in records),
            source=_sum(record.counts.source for record in records),
            split=_sum((record.counts.split for record in records), [one.value for one in Split]),
        ),
        shards=tuple(record.entry for record in records),
        refused=(*refused, *unusable),
        programs=pins.programs,
    )


def _sum(counts: Iterable[Mapping[str, int]], names: Sequence[str] = ()) -> Mapping[str, int]:
    total = Counter[str](dict.fromkeys(names, 0))
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _quiet(_: int) -> None:
    pass
