"""Parquet shards of clips: the same clips give the same bytes.

A row a clip; what all clips share is in the file's metadata, under the one key ``mien``. This is
the one place that reaches pyarrow, which has no types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
from attrs import asdict
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.text.canonical import canonical
from mien.text.regular_file import SHARD, require_regular
from mien.versions import schema_name
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader

SCHEMA = schema_name("targets-shard")
"""The layout of columns and metadata."""

_TEXTS = ("id", "split", "source", "voice", "label", "text", "licence", "provenance", "artifact")
_SERIES = ("mel", "conditions", "targets")
_KEY = b"mien"
_GROUP = 32  # clips in a row group: what a reader holds at least, about 5 MB


class ShardError(TrainerError):
    """A shard that cannot be used; the message names the file, what is in it and what should be."""


def shard_bytes(clips: Iterable[Clip], header: ShardHeader) -> bytes:
    """The shard of these clips, in their order. At most a row group is held beside its bytes.

    Raises:
        ShardError: a clip does not fit the header, or has a number that is none.
        ArrowUnavailableError: the extra is not installed.
    """
    pa, parquet = arrow(), arrow("pyarrow.parquet")
    text = canonical({"schema": SCHEMA, **asdict(header, value_serializer=_listed)})
    kinds = shard_schema(header).with_metadata({_KEY: text.encode()})
    sink = pa.BufferOutputStream()
    writer = parquet.ParquetWriter(
        sink,
        kinds,
        compression="zstd",
        use_dictionary=["split", "source", "voice", "label", "licence", "artifact"],
        use_byte_stream_split=_floats(header),
        write_statistics=["id", "split", "source", "voice", "label", "frames"],
    )
    rest = iter(clips)
    while group := tuple(islice(rest, _GROUP)):
        for clip in group:
            _check(clip, header)
        writer.write_table(shard_table(group, header).replace_schema_metadata(kinds.metadata))
    writer.close()
    return cast("bytes", sink.getvalue().to_pybytes())


def iterate_shard(path: Path, artifact: str | None = None) -> Iterator[Clip]:
    """The clips of the shard, read a row group at a time.

    Raises:
        ShardError: it is missing, cut off, of another schema, or (where ``artifact`` is given) made
            for another artifact.
        ArrowUnavailableError: the extra is not installed.
    """
    file, header = _opened(path)
    if artifact is not None and header.artifact != artifact:
        raise ShardError(
            f"{path}: made for artifact {header.artifact} ({header.bank} {header.version}), "
            f"expected {artifact}; make the targets again from that bank"
        )
    for group in range(file.num_row_groups):
        try:
            rows = file.read_row_group(group)
        except (OSError, ValueError) as error:  # pyarrow's own errors are of these kinds
            raise _damaged(path, error) from None
        yield from _clips_of(rows)


def read_header(path: Path) -> ShardHeader:
    """What the shard was made for.

    Raises:
        ShardError: as `iterate_shard`.
    """
    return _opened(path)[1]


def _opened(path: Path) -> tuple[Any, ShardHeader]:
    parquet = arrow("pyarrow.parquet")
    try:
        require_regular(path, SHARD)
        file = parquet.ParquetFile(path)
    except FileNotFoundError:
        raise ShardError(f"{path}: there is no such file, expected a shard") from None
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from None
    found = file.schema_arrow
    metadata = cast("dict[bytes, bytes]", found.metadata or {})
    header = _header(path, metadata.get(_KEY, b""))
    expected = shard_schema(header)
    if not found.equals(expected, check_metadata=False):
        kinds = {name: str(found.field(name).type) for name in found.names}
        wrong = [
            f"{name} is {kinds.get(name, 'missing')}, expected {expected.field(name).type}"
            for name in expected.names
            if kinds.get(name) != str(expected.field(name).type)
        ]
        raise ShardError(f"{path}: not the columns of {SCHEMA}: {'; '.join(wrong) or found}")
    return file, header


def _header(path: Path, text: bytes) -> ShardHeader:
    try:
        value = cast("object", json.loads(text or b"{}"))
    except ValueError:
        value = None
    found = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    kind = found.pop("schema", "no schema")
    if kind != SCHEMA:
        raise ShardError(f"{path}: found {kind}, expected {SCHEMA} as `mien targets make` writes")
    try:
        return Converter(forbid_extra_keys=True).structure(found, ShardHeader)
    except BaseValidationError:
        raise ShardError(f"{path}: its metadata is not that of {SCHEMA}") from None


def _damaged(path: Path, error: Exception) -> ShardError:
    reason = " ".join(str(error).split())
    return ShardError(f"{path}: damaged or cut off, expected a whole Parquet file ({reason})")


def _check(clip: Clip, header: ShardHeader) -> None:
    expected = {name: (clip.frames, width) for name, width in _widths(header).items()}
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


class ArrowUnavailableError(TrainerError):
    """The package that reads and writes shards is not installed."""

    def __init__(self) -> None:
        super().__init__("shards need the extra mien[targets]: pip install 'mien[targets]'")


def arrow(name: str = "pyarrow") -> Any:  # noqa: ANN401  a library without types
    """pyarrow, or a module of it.

    Raises:
        ArrowUnavailableError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise ArrowUnavailableError from None


def _widths(header: ShardHeader) -> dict[str, int]:
    """The number of values a frame has in each series."""
    return dict(
        zip(_SERIES, (header.mels, len(header.labels) + 3, len(header.channels)), strict=True)
    )


def shard_schema(header: ShardHeader) -> Any:  # noqa: ANN401  a library without types
    """The columns of a shard. Nothing in it may be null."""
    pa = arrow()
    number = pa.field("element", pa.float32(), nullable=False)

    def series(width: int) -> Any:  # noqa: ANN401  a library without types
        return pa.list_(pa.field("element", pa.list_(number, width), nullable=False))

    columns = {name: pa.string() for name in _TEXTS}
    columns |= {"real": pa.bool_(), "seed": pa.int64(), "frames": pa.int32()}
    columns |= {name: series(width) for name, width in _widths(header).items()}
    columns["speech"] = pa.list_(number)
    times = [pa.field(name, pa.float32(), nullable=False) for name in ("start", "end")]
    phoneme = pa.struct([pa.field("symbol", pa.string(), nullable=False), *times])
    columns["phonemes"] = pa.list_(pa.field("element", phoneme, nullable=False))
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns.items()])


def _floats(header: ShardHeader) -> list[str]:
    """The paths of the columns of numbers, as Parquet spells them."""
    return [
        "speech.list.element",
        *(f"{name}.list.element.list.element" for name in _widths(header)),
    ]


def shard_table(clips: Sequence[Clip], header: ShardHeader) -> Any:  # noqa: ANN401  as above
    """The clips as a table, a row each."""
    pa = arrow()
    kinds = shard_schema(header)
    columns: dict[str, Any] = {
        name: [clip.split.value if name == "split" else getattr(clip, name) for clip in clips]
        for name in (*_TEXTS, "real", "seed", "frames")
        if name != "artifact"
    }
    columns["artifact"] = [header.artifact] * len(clips)
    columns["phonemes"] = [
        [{"symbol": one.symbol, "start": one.start, "end": one.end} for one in clip.phonemes]
        for clip in clips
    ]
    arrays = {name: pa.array(values, kinds.field(name).type) for name, values in columns.items()}
    offsets = pa.array(np.cumsum([0, *(clip.frames for clip in clips)]), pa.int32())
    for name in (*_SERIES, "speech"):
        rows: list[F32] = [getattr(clip, name) for clip in clips]
        kind = kinds.field(name).type
        inner = pa.array(np.concatenate(rows).ravel(), pa.float32())
        if name != "speech":
            inner = pa.FixedSizeListArray.from_arrays(inner, type=kind.value_type)
        arrays[name] = pa.ListArray.from_arrays(offsets, inner, type=kind)
    return pa.table([arrays[name] for name in kinds.names], schema=kinds)


def _clips_of(table: Any) -> Iterator[Clip]:  # noqa: ANN401  as above
    """The clips of a table of such columns; their arrays are views of it, read-only."""
    plain = [name for name in (*_TEXTS, "real", "seed", "phonemes") if name != "artifact"]
    columns: dict[str, list[Any]] = {name: table.column(name).to_pylist() for name in plain}
    series = {name: _series(table.column(name)) for name in (*_SERIES, "speech")}
    for row in range(table.num_rows):
        values: dict[str, Any] = {name: columns[name][row] for name in plain}
        values["split"] = Split(values["split"])
        values["phonemes"] = tuple(
            Phoneme(symbol=one["symbol"], start=one["start"], end=one["end"])
            for one in values["phonemes"]
        )
        values |= {name: rows[row] for name, rows in series.items()}
        yield Clip(**values)


def _series(column: Any) -> list[F32]:  # noqa: ANN401  as above
    """A column of lists as an array a row: (N, width), or (N,) for lists of numbers."""
    whole = column.combine_chunks()
    ends = cast("list[int]", whole.offsets.to_pylist())
    inner = whole.values
    width = getattr(inner.type, "list_size", 0)
    numbers: F32 = (inner.flatten() if width else inner).to_numpy()
    shaped = numbers.reshape(-1, width) if width else numbers
    return [shaped[start:end] for start, end in pairwise(ends)]
