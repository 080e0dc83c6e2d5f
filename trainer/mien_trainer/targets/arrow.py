"""Clips as Arrow columns and back; the one place that reaches pyarrow, which has no types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, cast

import numpy as np

from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.stored import ShardHead, StoredClip

TEXTS = ("id", "split", "source", "voice", "label", "text", "licence", "provenance", "artifact")
SERIES = ("mel", "conditions", "targets")


class ArrowUnavailable(TrainerError):
    """The package that reads and writes shards is not installed."""

    def __init__(self) -> None:
        super().__init__("shards need the extra mien[targets]: pip install 'mien[targets]'")


def arrow(name: str = "pyarrow") -> Any:  # noqa: ANN401  a library without types
    """pyarrow, or a module of it.

    Raises:
        ArrowUnavailable: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise ArrowUnavailable from None


def widths(head: ShardHead) -> dict[str, int]:
    """The number of values a frame has in each series."""
    return dict(zip(SERIES, (head.mels, len(head.labels) + 3, len(head.channels)), strict=True))


def schema(head: ShardHead) -> Any:  # noqa: ANN401  a library without types
    """The columns of a shard. Nothing in it may be null."""
    pa = arrow()
    number = pa.field("element", pa.float32(), nullable=False)

    def series(width: int) -> Any:  # noqa: ANN401  a library without types
        return pa.list_(pa.field("element", pa.list_(number, width), nullable=False))

    columns = {name: pa.string() for name in TEXTS}
    columns |= {"real": pa.bool_(), "seed": pa.int64(), "frames": pa.int32()}
    columns |= {name: series(width) for name, width in widths(head).items()}
    columns["speech"] = pa.list_(number)
    times = [pa.field(name, pa.float32(), nullable=False) for name in ("start", "end")]
    phoneme = pa.struct([pa.field("symbol", pa.string(), nullable=False), *times])
    columns["phonemes"] = pa.list_(pa.field("element", phoneme, nullable=False))
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


def floats(head: ShardHead) -> list[str]:
    """The paths of the columns of numbers, as Parquet spells them."""
    return ["speech.list.element", *(f"{name}.list.element.list.element" for name in widths(head))]


def table(clips: Sequence[StoredClip], head: ShardHead) -> Any:  # noqa: ANN401  as above
    """The clips as a table, a row each."""
    pa = arrow()
    kinds = schema(head)
    columns: dict[str, Any] = {
        name: [clip.split.value if name == "split" else getattr(clip, name) for clip in clips]
        for name in (*TEXTS, "real", "seed", "frames")
        if name != "artifact"
    }
    columns["artifact"] = [head.artifact] * len(clips)
    columns["phonemes"] = [
        [{"symbol": one.symbol, "start": one.start, "end": one.end} for one in clip.phonemes]
        for clip in clips
    ]
    arrays = {name: pa.array(values, kinds.field(name).type) for name, values in columns.items()}
    offsets = pa.array(np.cumsum([0, *(clip.frames for clip in clips)]), pa.int32())
    for name in (*SERIES, "speech"):
        rows: list[F32] = [getattr(clip, name) for clip in clips]
        kind = kinds.field(name).type
        inner = pa.array(np.concatenate(rows).ravel(), pa.float32())
        if name != "speech":
            inner = pa.FixedSizeListArray.from_arrays(inner, type=kind.value_type)
        arrays[name] = pa.ListArray.from_arrays(offsets, inner, type=kind)
    return pa.table([arrays[name] for name in kinds.names], schema=kinds)


def clips_of(table: Any) -> Iterator[StoredClip]:  # noqa: ANN401  as above
    """The clips of a table of such columns; their arrays are views of it, read-only."""
    plain = [name for name in (*TEXTS, "real", "seed", "phonemes") if name != "artifact"]
    columns: dict[str, list[Any]] = {name: table.column(name).to_pylist() for name in plain}
    series = {name: _series(table.column(name)) for name in (*SERIES, "speech")}
    for row in range(table.num_rows):
        values: dict[str, Any] = {name: columns[name][row] for name in plain}
        values["split"] = Split(values["split"])
        values["phonemes"] = tuple(
            Phoneme(symbol=one["symbol"], start=one["start"], end=one["end"])
            for one in values["phonemes"]
        )
        values |= {name: rows[row] for name, rows in series.items()}
        yield StoredClip(**values)


def _series(column: Any) -> list[F32]:  # noqa: ANN401  as above
    """A column of lists as an array a row: (N, width), or (N,) for lists of numbers."""
    whole = column.combine_chunks()
    ends = cast("list[int]", whole.offsets.to_pylist())
    inner = whole.values
    width = getattr(inner.type, "list_size", 0)
    numbers: F32 = (inner.flatten() if width else inner).to_numpy()
    shaped = numbers.reshape(-1, width) if width else numbers
    return [shaped[start:end] for start, end in pairwise(ends)]
