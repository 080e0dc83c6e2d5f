"""Which clips of a set a network is measured on: the same ones every time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from mien_trainer.speech import Split
from mien_trainer.targets.arrow import arrow
from mien_trainer.targets.manifest import Manifest
from mien_trainer.targets.shard import iterate_shard, read_head
from mien_trainer.targets.stored import StoredClip


@frozen(kw_only=True)
class ClipRow:
    """What a shard says of a clip, beside its frames."""

    id: str
    source: str
    real: bool
    voice: str
    label: str
    licence: str


def clip_rows(folder: Path, manifest: Manifest, split: Split) -> list[ClipRow]:
    """All clips of a split, in the order of the manifest; their frames are not read.

    Raises:
        ShardError: a shard is missing, damaged or of another schema.
    """
    parquet = arrow("pyarrow.parquet")
    names = ["id", "source", "real", "voice", "label", "licence"]
    rows: list[ClipRow] = []
    for shard in manifest.of(split):
        path = folder / shard.file
        read_head(path)
        for one in parquet.read_table(path, columns=names).to_pylist():
            rows.append(ClipRow(**one))
    return rows


def pick(rows: Sequence[ClipRow], heard: Collection[str], count: int) -> frozenset[str]:
    """The ids of at most ``count`` spoken clips, a third of each kind, as if by lot.

    The kinds: other sentences of the voices that were ``heard``, other voices, and recordings.
    """
    spoken = sorted((row for row in rows if row.voice), key=_lot)
    kinds = (
        [row for row in spoken if not row.real and row.voice in heard],
        [row for row in spoken if not row.real and row.voice not in heard],
        [row for row in spoken if row.real],
    )
    return frozenset(row.id for kind in kinds for row in kind[: -(-count // len(kinds))])


def clips_with(
    folder: Path, manifest: Manifest, split: Split, ids: Collection[str]
) -> Iterator[StoredClip]:
    """The clips with these ids, in the order of the manifest.

    Raises:
        ShardError: a shard is damaged, or made for another artifact than the manifest's.
    """
    for shard in manifest.of(split):
        for clip in iterate_shard(folder / shard.file, manifest.artifact):
            if clip.id in ids:
                yield clip


def _lot(row: ClipRow) -> str:
    return hashlib.sha256(row.id.encode()).hexdigest()
