"""Shards keep every number of every clip, say what they were made for, and never pass for whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.targets.fakes import HEAD, read_shard, write_shard

from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip
from mien_trainer.targets.shard import ShardError, arrow, iterate_shard, read_header, shard_bytes

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")


def clip(number: int, frames: int, text: str = "Good evening.") -> Clip:
    random = np.random.default_rng(number)

    def rows(width: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return random.random((frames, width), dtype=np.float32)

    return Clip(
        id=f"clip{number:04}",
        split=list(Split)[number % 3],
        source="espeak",
        real=number % 2 == 0,
        voice="en-gb",
        label=f"label{number % 16}",
        text=text,
        licence="CC0-1.0",
        provenance="espeak-ng 1.51",
        seed=2**62 + number,
        phonemes=tuple(
            Phoneme(symbol="ʃ", start=0.25 * k, end=0.25 * k + 0.125) for k in range(number % 4)
        ),
        mel=-3 * rows(80),
        conditions=rows(19),
        targets=rows(52),
        speech=rows(1)[:, 0],
    )


def same(one: Clip, other: Clip) -> bool:
    plain = ("id", "split", "source", "real", "voice", "label", "text", "licence", "provenance")
    arrays = ("mel", "conditions", "targets", "speech")
    return (
        all(getattr(one, name) == getattr(other, name) for name in (*plain, "seed", "phonemes"))
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and all(getattr(other, name).dtype == np.float32 for name in arrays)
    )


CLIPS = tuple(clip(number, 1 + 7 * number % 50) for number in range(70))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shards") / "train-00000.parquet"
    write_shard(place, CLIPS, HEAD)
    return place


def test_what_is_read_is_what_was_written(path: Path) -> None:
    read = read_shard(path, HEAD.artifact)
    assert len(read) == len(CLIPS) == 70
    assert all(same(one, other) for one, other in zip(CLIPS, read, strict=True))
    assert read_header(path) == HEAD


@given(
    st.lists(st.integers(1, 9), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_any_clips_survive(lengths: list[int], text: str) -> None:
    import tempfile

    clips = [clip(number, frames, text) for number, frames in enumerate(lengths)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.parquet"
        write_shard(path, clips, HEAD)
        read = read_shard(path)
    assert len(read) == len(clips)
    assert all(same(one, other) for one, other in zip(clips, read, strict=True))


def test_the_same_clips_give_the_same_bytes(path: Path) -> None:
    again = shard_bytes((one for one in CLIPS), HEAD)
    assert again == path.read_bytes()
    assert shard_bytes(CLIPS[::-1], HEAD) != again


def test_reading_is_lazy(path: Path) -> None:
    data = bytearray(path.read_bytes())

    column = arrow("pyarrow.parquet").ParquetFile(path).metadata.row_group(2).column(0)
    start: int = column.data_page_offset
    data[start : start + 40] = bytes(40)
    broken = path.with_name("broken.parquet")
    broken.write_bytes(data)
    clips = iterate_shard(broken)
    assert next(clips).id == CLIPS[0].id
    with pytest.raises(ShardError, match=r"broken\.parquet: damaged or cut off"):
        list(clips)


def test_one_metadata_key_says_all_and_no_time(path: Path) -> None:

    metadata = arrow("pyarrow.parquet").read_schema(path).metadata
    assert [key for key in metadata if key != b"ARROW:schema"] == [b"mien"]
    head = json.loads(metadata[b"mien"])
    assert head["schema"] == "mien/targets-shard/1"
    assert set(head) == {
        *("artifact", "bank", "channels", "frame_rate", "labels", "mels", "schema", "version")
    }


@pytest.mark.parametrize("kept", [0, 3, 100, -1, -8, -2000])
def test_a_cut_off_shard_is_refused(path: Path, kept: int) -> None:
    cut = path.with_name("cut.parquet")
    cut.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ShardError, match=r"cut\.parquet: damaged or cut off, expected a whole"):
        read_shard(cut)


def test_other_files_are_refused(path: Path, tmp_path: Path) -> None:

    with pytest.raises(ShardError, match=r"none\.parquet: there is no such file"):
        read_shard(tmp_path / "none.parquet")
    parquet, pa = arrow("pyarrow.parquet"), arrow()
    foreign = tmp_path / "foreign.parquet"
    parquet.write_table(pa.table({"a": [1]}), foreign)
    with pytest.raises(ShardError, match=r"found no schema, expected mien/targets-shard/1"):
        read_shard(foreign)
    table = parquet.read_table(path)
    for change, said in (
        (table.drop_columns("targets"), "targets is missing"),
        (table.set_column(0, "id", pa.array(range(70))), "id is int64, expected string"),
    ):
        parquet.write_table(change, foreign)
        with pytest.raises(ShardError, match=said):
            read_shard(foreign)
    head = json.loads(table.schema.metadata[b"mien"])
    for changed, said in (
        ({**head, "schema": "mien/targets-shard/2"}, "found mien/targets-shard/2, expected"),
        ({**head, "colour": "blue"}, "its metadata is not"),
    ):
        metadata = {b"mien": json.dumps(changed).encode()}
        parquet.write_table(table.replace_schema_metadata(metadata), foreign)
        with pytest.raises(ShardError, match=said):
            read_shard(foreign)


def test_another_artifact_is_refused(path: Path) -> None:
    with pytest.raises(ShardError, match=f"made for artifact {'a' * 64} .* expected {'b' * 64}"):
        read_shard(path, "b" * 64)


def test_clips_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    good = clip(1, 4)
    bad = good.targets.copy()
    bad[2, 3] = np.nan
    for changed, said in (
        (evolve(good, targets=good.targets[:, :51]), r"targets is float32 \(4, 51\)"),
        (evolve(good, mel=good.mel[:3]), r"mel is float32 \(3, 80\), expected float32 \(4, 80\)"),
        (evolve(good, targets=bad), "targets holds a number that is not finite"),
        (clip(1, 0), "no frames"),
    ):
        with pytest.raises(ShardError, match=f"clip clip0001: {said}"):
            write_shard(tmp_path / "bad.parquet", [changed], HEAD)
    assert list(tmp_path.iterdir()) == []


def test_polars_reads_the_same(path: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(path)
    assert frame.height == len(CLIPS)
    for row, one in zip(frame.iter_rows(named=True), CLIPS, strict=True):
        assert (row["id"], row["label"], row["real"], row["seed"]) == (
            *(one.id, one.label, one.real, one.seed),
        )
        assert row["artifact"] == HEAD.artifact
        assert row["frames"] == one.frames
        for name in ("mel", "conditions", "targets", "speech"):
            assert np.array_equal(np.array(row[name], dtype=np.float32), getattr(one, name))
        assert [(p["symbol"], p["start"], p["end"]) for p in row["phonemes"]] == [
            (p.symbol, p.start, p.end) for p in one.phonemes
        ]


def test_datasets_reads_the_same(path: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_parquet(str(path), cache_dir=str(tmp_path))
    assert rows.num_rows == len(CLIPS)
    for row, one in zip(rows.with_format("numpy"), CLIPS, strict=True):
        assert (row["id"], row["voice"], bool(row["real"])) == (one.id, one.voice, one.real)
        for name in ("mel", "conditions", "targets", "speech"):
            assert np.array_equal(np.stack(list(row[name])), getattr(one, name))
