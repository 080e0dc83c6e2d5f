"""What shards say of their clips beside the frames, which are not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien_trainer.speech import Split
from mien_trainer.targets.manifest import Manifest
from mien_trainer.targets.shard import arrow, read_header


@frozen(kw_only=True)
class ClipRow:
    """What a shard says of a clip, beside its frames."""

    id: str
    source: str
    real: bool
    voice: str
    label: str
    licence: str


def shard_rows(path: Path) -> Iterator[ClipRow]:
    """The clips of a shard, in its order.

    Raises:
        ShardError: it is missing, damaged or of another schema.
    """
    read_header(path)
    names = ["id", "source", "real", "voice", "label", "licence"]
    for one in arrow("pyarrow.parquet").read_table(path, columns=names).to_pylist():
        yield ClipRow(**one)


def clip_rows(folder: Path, manifest: Manifest, split: Split) -> list[ClipRow]:
    """All clips of a split, in the order of the manifest.

    Raises:
        ShardError: a shard is missing, damaged or of another schema.
    """
    return [row for shard in manifest.of(split) for row in shard_rows(folder / shard.file)]
