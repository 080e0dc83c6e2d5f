"""The unit of work: a shard from the specs of its clips, alike in any process of any engine."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from attrs import define, field, frozen

from mien_trainer.fault import TrainerError
from mien_trainer.speech import SpeechRefusedError, Split
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.targets.manifest import Counts, Refused, ShardEntry
from mien_trainer.targets.shard import ShardHead, StoredClip, shard_bytes, stored


class Maker(Protocol):
    """What makes clips; see `mien_trainer.targets.maker`.

    ``speaking`` is how many seconds its sources have taken to speak so far.
    """

    speaking: float

    def make(self, spec: ClipSpec) -> Clip:
        """The clip of a spec.

        Raises:
            SpeechRefusedError: its item cannot be used.
        """
        ...


class Workshop(Protocol):
    """All that a process needs to make shards. It travels to other processes, so it pickles."""

    @property
    def head(self) -> ShardHead:
        """What the shards are made for."""
        ...

    @property
    def programs(self) -> Mapping[str, str]:
        """Versions of what speaks, as the process that runs the making has them."""
        ...

    def open(self) -> Maker:
        """A maker for this process.

        Raises:
            TrainerError: this process has other programs, or lacks some.
        """
        ...


@frozen(kw_only=True)
class Task:
    """A shard to make: the name of its file and the clips that belong into it."""

    file: str
    split: Split
    specs: tuple[ClipSpec, ...]


@frozen(kw_only=True)
class Made:
    """A shard that was made: its bytes, and what the manifest says of it."""

    data: bytes = field(repr=False)
    entry: ShardEntry
    counts: Counts
    refused: tuple[Refused, ...]


def tasks(specs: Sequence[ClipSpec], shard_clips: int) -> tuple[Task, ...]:
    """The clips in their order, cut into shards of one split each."""
    cut: list[Task] = []
    for split in Split:
        own = [spec for spec in specs if spec.split is split]
        for number, start in enumerate(range(0, len(own), shard_clips)):
            part = tuple(own[start : start + shard_clips])
            cut.append(Task(file=f"{split.value}-{number:05}.parquet", split=split, specs=part))
    return tuple(cut)


def make_shard(maker: Maker, head: ShardHead, task: Task) -> Made:
    """Make every clip of the task and its shard; what is refused is noted and left out.

    Raises:
        TrainerError: a source is gone, or a clip cannot be stored.
    """
    tally = _Tally()
    data = shard_bytes(_clips(maker, task, tally), head)
    entry = ShardEntry(
        file=task.file,
        split=task.split,
        clips=tally.label.total(),
        frames=tally.frames,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    counts = Counts(
        label=tally.label,
        voice=tally.voice,
        source=tally.source,
        split={task.split.value: entry.clips},
    )
    return Made(data=data, entry=entry, counts=counts, refused=tuple(tally.refused))


def _clips(maker: Maker, task: Task, tally: _Tally) -> Iterator[StoredClip]:
    for spec in task.specs:
        try:
            clip = stored(maker.make(spec))
        except SpeechRefusedError as refusal:
            tally.refuse(spec, refusal)
            continue
        except TrainerError:
            raise
        except Exception as error:
            # a plain message reaches the parent process whole; some exceptions do not
            raise TrainerError(
                f"clip {spec.id} ({spec.source} {spec.item}): {type(error).__name__}: {error}\n"
                "This is a defect of mien."
            ) from error
        tally.add(clip)
        yield clip


@define
class _Tally:
    """What went into a shard so far."""

    label: Counter[str] = field(factory=Counter[str])
    voice: Counter[str] = field(factory=Counter[str])
    source: Counter[str] = field(factory=Counter[str])
    frames: int = 0
    refused: list[Refused] = field(factory=list[Refused])

    def add(self, clip: StoredClip) -> None:
        self.label[clip.label] += 1
        self.source[clip.source] += 1
        if clip.voice:
            self.voice[f"{clip.source} {clip.voice}"] += 1
        self.frames += clip.frames

    def refuse(self, spec: ClipSpec, refusal: SpeechRefusedError) -> None:
        self.refused.append(
            Refused(clip=spec.id, source=spec.source, item=spec.item, reason=str(refusal))
        )
