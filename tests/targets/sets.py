"""Finished sets of targets, from clips that a test has made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.manifest import Counts, Manifest, ShardEntry, write_manifest
from mien_trainer.targets.shard import shard_bytes


def write_set(
    folder: Path,
    head: ShardHeader,
    clips: Iterable[Clip],
    write: Callable[[Sequence[Clip], ShardHeader], bytes] = shard_bytes,
    *,
    recipe: str = "test",
    counts: Counts | None = None,
) -> Path:
    """A finished set with a shard a split, and its manifest; ``counts`` for what they count."""
    folder.mkdir(exist_ok=True)
    clips = tuple(clips)
    entries: list[ShardEntry] = []
    for split in Split:
        part = [clip for clip in clips if clip.split is split]
        data = write(part, head)
        name = f"{split.value}-00000.parquet"
        (folder / name).write_bytes(data)
        entries.append(
            ShardEntry(
                file=name,
                split=split,
                clips=len(part),
                frames=sum(clip.frames for clip in part),
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    manifest = Manifest(
        recipe=recipe,
        recipe_sha256="0" * 64,
        bank=head.bank,
        version=head.version,
        artifact=head.artifact,
        channels=head.channels,
        labels=head.labels,
        frame_rate=head.frame_rate,
        mels=head.mels,
        clips=len(clips),
        seconds=sum(clip.frames for clip in clips) / head.frame_rate,
        counts=counts or _counts(clips),
        shards=tuple(entries),
        refused=(),
        programs={},
    )
    write_manifest(folder, manifest)
    return folder


def _counts(clips: Sequence[Clip]) -> Counts:
    return Counts(
        label=Counter(clip.label for clip in clips),
        voice=Counter(clip.voice for clip in clips),
        source=Counter(clip.source for clip in clips),
        split={split.value: sum(clip.split is split for clip in clips) for split in Split},
    )
