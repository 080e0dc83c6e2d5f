"""Parquet shards of clips: the same clips give the same bytes.

A row a clip; what all clips share is in the file's metadata, under the one key ``mien``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
from attrs import asdict
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.text.atomic import write_atomic
from mien.text.canonical import canonical
from mien_trainer.fault import TrainerError
from mien_trainer.targets.arrow import arrow, clips_of, floats, schema, table, widths
from mien_trainer.targets.stored import ShardHead, StoredClip, stored

__all__ = [
    "SCHEMA",
    "ShardError",
    "ShardHead",
    "StoredClip",
    "iterate_shard",
    "read_head",
    "read_shard",
    "shard_bytes",
    "stored",
    "write_shard",
]

SCHEMA = "mien/targets-shard/1"
"""The layout of columns and metadata."""

_KEY = b"mien"
_GROUP = 32  # clips in a row group: what a reader holds at least, about 5 MB


class ShardError(TrainerError):
    """A shard that cannot be used; the message names the file, what is in it and what should be."""


def shard_bytes(clips: Iterable[StoredClip], head: ShardHead) -> bytes:
    """The shard of these clips, in their order. At most a row group is held beside its bytes.

    Raises:
        ShardError: a clip does not fit the head, or has a number that is none.
        ArrowUnavailable: the extra is not installed.
    """
    pa, parquet = arrow(), arrow("pyarrow.parquet")
    text = canonical({"schema": SCHEMA, **asdict(head, value_serializer=_listed)})
    kinds = schema(head).with_metadata({_KEY: text.encode()})
    sink = pa.BufferOutputStream()
    writer = parquet.ParquetWriter(
        sink,
        kinds,
        compression="zstd",
        use_dictionary=["split", "source", "voice", "label", "licence", "artifact"],
        use_byte_stream_split=floats(head),
        write_statistics=["id", "split", "source", "voice", "label", "frames"],
    )
    rest = iter(clips)
    while group := tuple(islice(rest, _GROUP)):
        for clip in group:
            _check(clip, head)
        writer.write_table(table(group, head).replace_schema_metadata(kinds.metadata))
    writer.close()
    return cast("bytes", sink.getvalue().to_pybytes())


def write_shard(path: Path, clips: Iterable[StoredClip], head: ShardHead) -> None:
    """Put the shard of these clips at ``path``, all of it or nothing.

    Raises:
        ShardError: as `shard_bytes`.
        OSError: the file cannot be written.
    """
    write_atomic(path, shard_bytes(clips, head))


def read_shard(path: Path, artifact: str | None = None) -> tuple[StoredClip, ...]:
    """Every clip of the shard, in its order; see `iterate_shard`."""
    return tuple(iterate_shard(path, artifact))


def iterate_shard(path: Path, artifact: str | None = None) -> Iterator[StoredClip]:
    """The clips of the shard, read a row group at a time.

    Raises:
        ShardError: it is missing, cut off, of another schema, or (where ``artifact`` is given) made
            for another artifact.
        ArrowUnavailable: the extra is not installed.
    """
    file, head = _opened(path)
    if artifact is not None and head.artifact != artifact:
        raise ShardError(
            f"{path}: made for artifact {head.artifact} ({head.bank} {head.version}), "
            f"expected {artifact}; make the targets again from that bank"
        )
    for group in range(file.num_row_groups):
        try:
            rows = file.read_row_group(group)
        except (OSError, ValueError) as error:  # pyarrow's own errors are of these kinds
            raise _damaged(path, error) from None
        yield from clips_of(rows)


def read_head(path: Path) -> ShardHead:
    """What the shard was made for.

    Raises:
        ShardError: as `iterate_shard`.
    """
    return _opened(path)[1]


def _opened(path: Path) -> tuple[Any, ShardHead]:
    parquet = arrow("pyarrow.parquet")
    try:
        file = parquet.ParquetFile(path)
    except FileNotFoundError:
        raise ShardError(f"{path}: there is no such file, expected a shard") from None
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None
    found = file.schema_arrow
    metadata = cast("dict[bytes, bytes]", found.metadata or {})
    head = _head(path, metadata.get(_KEY, b""))
    expected = schema(head)
    if not found.equals(expected, check_metadata=False):
        kinds = {name: str(found.field(name).type) for name in found.names}
        wrong = [
            f"{name} is {kinds.get(name, 'missing')}, expected {expected.field(name).type}"
            for name in expected.names
            if kinds.get(name) != str(expected.field(name).type)
        ]
        raise ShardError(f"{path}: not the columns of {SCHEMA}: {'; '.join(wrong) or found}")
    return file, head


def _head(path: Path, text: bytes) -> ShardHead:
    try:
        value = cast("object", json.loads(text or b"{}"))
    except ValueError:
        value = None
    found = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    kind = found.pop("schema", "no schema")
    if kind != SCHEMA:
        raise ShardError(f"{path}: found {kind}, expected {SCHEMA} as `mien targets make` writes")
    try:
        return Converter(forbid_extra_keys=True).structure(found, ShardHead)
    except BaseValidationError:
        raise ShardError(f"{path}: its metadata is not that of {SCHEMA}") from None


def _damaged(path: Path, error: Exception) -> ShardError:
    reason = " ".join(str(error).split())
    return ShardError(f"{path}: damaged or cut off, expected a whole Parquet file ({reason})")


def _check(clip: StoredClip, head: ShardHead) -> None:
    expected = {name: (clip.frames, width) for name, width in widths(head).items()}
    for name, shape in {**expected, "speech": (clip.frames,)}.items():
        numbers = getattr(clip, name)
        if numbers.shape != shape or numbers.dtype != np.float32:
            found = f"{numbers.dtype} {numbers.shape}"
            raise ShardError(f"clip {clip.id}: {name} is {found}, expected float32 {shape}")
        if not np.isfinite(numbers).all():
            raise ShardError(f"clip {clip.id}: {name} holds a number that is not finite")
    if clip.frames == 0:
        raise ShardError(f"clip {clip.id}: no frames")


def _listed(_: object, __: object, value: object) -> object:
    return list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
