"""The unit of work: a shard from the specs of its clips, alike in any process of any engine."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from attrs import evolve, field, frozen

from mien_trainer.fault import TrainerError
from mien_trainer.speech import SpeechRefusedError, Split
from mien_trainer.targets.clip import NO_AUDIO, Clip, ClipSpec, ShardHeader
from mien_trainer.targets.manifest import Counts, Refused, ShardEntry
from mien_trainer.targets.shard import shard_bytes


class ClipWorker(Protocol):
    """What makes clips in a process; see `mien_trainer.targets.maker`.

    ``speech_seconds`` is how long its sources have taken to speak so far.
    """

    speech_seconds: float

    def make(self, spec: ClipSpec) -> Clip:
        """The clip of a spec.

        Raises:
            SpeechRefusedError: its item cannot be used.
        """
        ...


class WorkerSetup(Protocol):
    """All that a process needs to make shards. It travels to other processes, so it pickles."""

    @property
    def header(self) -> ShardHeader:
        """What the shards are made for."""
        ...

    @property
    def programs(self) -> Mapping[str, str]:
        """Versions of what speaks, as the process that runs the making has them."""
        ...

    def open(self) -> ClipWorker:
        """A worker for this process.

        Raises:
            TrainerError: this process has other programs, or lacks some.
        """
        ...


@frozen(kw_only=True)
class ShardTask:
    """A shard to make: the name of its file and the clips that belong into it."""

    file: str
    split: Split
    specs: tuple[ClipSpec, ...]


@frozen(kw_only=True)
class MadeShard:
    """A shard that was made: its bytes, and what the manifest says of it."""

    data: bytes = field(repr=False)
    entry: ShardEntry
    counts: Counts
    refused: tuple[Refused, ...]


def shard_tasks(specs: Sequence[ClipSpec], clips_per_shard: int) -> tuple[ShardTask, ...]:
    """The clips in their order, cut into shards of one split each."""
    tasks: list[ShardTask] = []
    for split in Split:
        own = [spec for spec in specs if spec.split is split]
        for number, start in enumerate(range(0, len(own), clips_per_shard)):
            part = tuple(own[start : start + clips_per_shard])
            file = f"{split.value}-{number:05}.parquet"
            tasks.append(ShardTask(file=file, split=split, specs=part))
    return tuple(tasks)


def make_shard(worker: ClipWorker, header: ShardHeader, task: ShardTask) -> MadeShard:
    """Make every clip of the task and its shard; what is refused is noted and left out.

    Raises:
        TrainerError: a source is gone, or a clip cannot be stored.
    """
    labels, voices, sources = Counter[str](), Counter[str](), Counter[str]()
    frames = 0
    refused: list[Refused] = []

    def clips() -> Iterator[Clip]:
        nonlocal frames
        for spec in task.specs:
            try:
                clip = evolve(_made(worker, spec), audio=NO_AUDIO)
            except SpeechRefusedError as refusal:
                refused.append(
                    Refused(clip=spec.id, source=spec.source, item=spec.item, reason=str(refusal))
                )
                continue
            labels[clip.label] += 1
            sources[clip.source] += 1
            if clip.voice:
                voices[f"{clip.source} {clip.voice}"] += 1
            frames += clip.frames
            yield clip

    data = shard_bytes(clips(), header)
    entry = ShardEntry(
        file=task.file,
        split=task.split,
        clips=labels.total(),
        frames=frames,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    split = {task.split.value: entry.clips}
    counts = Counts(label=labels, voice=voices, source=sources, split=split)
    return MadeShard(data=data, entry=entry, counts=counts, refused=tuple(refused))


def _made(worker: ClipWorker, spec: ClipSpec) -> Clip:
    try:
        return worker.make(spec)
    except TrainerError:
        raise
    except Exception as error:
        # a plain message reaches the parent process whole; some exceptions do not
        raise TrainerError(
            f"clip {spec.id} ({spec.source} {spec.item}): {type(error).__name__}: {error}\n"
            "This is a defect of mien."
        ) from error
