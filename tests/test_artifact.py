"""The artifact: the same bytes for the same tables, and nothing else is accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jsonschema
import numpy as np
import pytest
import safetensors
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load as load_tensors

from mien.artifact.container import Array, pack, unpack
from mien.artifact.layout import LABEL, SHARED, TIMELINE, label_tensors, shared_tensors
from mien.artifact.read import read_artifact
from mien.artifact.write import artifact_bytes, shared_digest, table_digest
from mien.authored.reader import read_bank
from mien.engine.registry import get_engine
from mien.errors import ArtifactError
from mien.resources import presets, schemas

TABLES = get_engine(1).compile_tables(read_bank(presets() / "default"))
DATA = artifact_bytes(TABLES)
Json = dict[str, Any]


def header(data: bytes) -> Json:
    length = int.from_bytes(data[:8], "little")
    return cast("Json", json.loads(data[8 : 8 + length]))


def metadata(data: bytes) -> Json:
    return cast("Json", json.loads(header(data)["__metadata__"]["mien"]))


def with_metadata(change: Callable[[Json], object]) -> bytes:
    """The artifact with its metadata changed."""
    tensors, text = unpack(DATA)
    found = json.loads(text)
    change(found)
    return pack(tensors, json.dumps(found, sort_keys=True, separators=(",", ":")))


def with_tensor(name: str, change: Callable[[Array], Array | None]) -> bytes:
    tensors, text = unpack(DATA)
    changed = change(tensors.pop(name).copy())
    if changed is not None:
        tensors[name] = changed
    return pack(tensors, text)


def test_it_comes_back_as_it_went() -> None:
    found = read_artifact(DATA)
    assert artifact_bytes(found) == DATA
    for field in ("engine", "bank", "version", "rig", "channels", "classes", "mirror"):
        assert getattr(found, field) == getattr(TABLES, field)
    for old, new in zip(TABLES.labels, found.labels, strict=True):
        assert (old.label, old.styles) == (new.label, new.styles)
        for field in LABEL:
            assert getattr(old, field).tobytes() == getattr(new, field).tobytes()
            assert not getattr(new, field).flags.writeable


def test_another_library_reads_the_same_tensors() -> None:
    found = load_tensors(DATA)
    expected = shared_tensors(TABLES)
    for table in TABLES.labels:
        expected |= label_tensors(table)
    assert sorted(found) == sorted(expected)
    for name, tensor in expected.items():
        assert found[name].dtype == tensor.dtype
        assert found[name].shape == tensor.shape
        assert found[name].tobytes() == tensor.tobytes()


def test_the_file_is_laid_out_canonically(tmp_path: Path) -> None:
    found = header(DATA)
    names = [name for name in found if name != "__metadata__"]
    assert next(iter(found)) == "__metadata__"
    assert list(found["__metadata__"]) == ["mien"]
    assert names == sorted(names)
    assert int.from_bytes(DATA[:8], "little") % 8 == 0
    path = tmp_path / "bank.safetensors"
    path.write_bytes(DATA)
    library: Any = safetensors
    with library.safe_open(path, framework="numpy") as file:
        assert json.loads(file.metadata()["mien"]) == metadata(DATA)
    assert artifact_bytes(read_artifact(path)) == DATA


def test_its_metadata_is_valid_by_the_schema() -> None:
    schema = json.loads((schemas() / "artifact.schema.json").read_text())
    validator: Any = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    validator(schema).validate(metadata(DATA))
    assert set(schema["properties"]["tensors"]["properties"]) == set(SHARED)
    label = schema["properties"]["labels"]["items"]["properties"]
    assert set(label["tensors"]["properties"]) == {*LABEL, *TIMELINE}
    bank = read_bank(Path(__file__).parent / "banks" / "timed")
    timed = artifact_bytes(get_engine(1).compile_tables(bank))
    validator(schema).validate(metadata(timed))
    assert metadata(timed)["schema"] == "mien/artifact/2"


def test_digests_follow_what_they_cover() -> None:
    joy = TABLES.labels[TABLES.label_index["joy"]]
    changed = joy.archetypes.copy()
    changed[0, 0] += np.float32(0.125)
    assert table_digest(evolve(joy, archetypes=changed)) != table_digest(joy)
    assert table_digest(evolve(joy, label="glee")) != table_digest(joy)
    assert table_digest(evolve(joy, styles=joy.styles[::-1])) != table_digest(joy)
    assert shared_digest(evolve(TABLES, labels=())) == shared_digest(TABLES)
    assert shared_digest(evolve(TABLES, channels=TABLES.channels[::-1])) != shared_digest(TABLES)


def test_a_bank_without_styles_pairs_or_ceilings() -> None:
    none = np.zeros((0, len(TABLES.channels)), np.float32)
    bare = [
        evolve(t, styles=(), style_anchors=none[:, :3], style_gain=none, style_offset=none)
        for t in TABLES.labels
    ]
    ints, floats = np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
    small = evolve(
        TABLES, labels=tuple(bare), pairs=ints, caps=floats, ceilings=ints, slacks=floats
    )
    data = artifact_bytes(small)
    assert artifact_bytes(read_artifact(data)) == data
    assert load_tensors(data)["label.joy.style_gain"].shape == none.shape


WRONG: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "0 bytes: too short"),
    "not the format": (b"PK\x03\x04" * 9, "it does not begin with the length of a header"),
    "cut in the header": (DATA[:100], "cut short: the header ends"),
    "cut in the data": (DATA[:-4], "cut short: tensor"),
    "something after it": (DATA + b"\0", "the tensors end at byte"),
    "another model": (pack({}, "")[:8] + pack({}, "")[8:].replace(b"mien", b"pony"), "not mien's"),
    "newer format": (with_metadata(lambda m: m.update(schema="mien/artifact/3")), "upgrade mien"),
    "newer engine": (with_metadata(lambda m: m.update(engine=2)), "made for engine 2; .*upgrade"),
    "other schema": (with_metadata(lambda m: m.update(schema="x")), "schema is x, expected mien/a"),
    "no version": (with_metadata(lambda m: m.pop("version")), "has no 'version'"),
    "a number": (with_metadata(lambda m: m.update(bank=3)), "'bank' is not a text"),
    "twins": (with_metadata(lambda m: m["channels"].__setitem__(0, "jawOpen")), "a name twice"),
    "classes": (with_metadata(lambda m: m["classes"].pop()), "for every channel"),
    "renamed": (with_metadata(lambda m: m.update(rig="other")), "damaged: the shared tables"),
    "missing": (with_tensor("label.joy.weights", lambda t: None), "joy.weights is missing"),
    "a bit": (with_tensor("label.joy.weights", lambda t: t + np.float32(1)), "table of joy"),
    "nan": (with_tensor("label.joy.anchors", lambda t: t * np.float32(np.nan)), "nan at .0, 0."),
    "shape": (with_tensor("label.joy.strength", lambda t: t[1:].copy()), "does not fit"),
    "index": (with_tensor("bank.pairs", lambda t: t + np.int32(99)), "expected .0, 51."),
    "type": (with_tensor("bank.caps", lambda t: t.astype(np.int32)), "expected float32"),
    "spaces": (
        (int.from_bytes(DATA[:8], "little") + 8).to_bytes(8, "little")
        + DATA[8 : 8 + int.from_bytes(DATA[:8], "little")]
        + b" " * 8
        + DATA[8 + int.from_bytes(DATA[:8], "little") :],
        "not the canonical one",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str, tmp_path: Path) -> None:
    data, message = WRONG[name]
    path = tmp_path / "bank.safetensors"
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match=message):
        read_artifact(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="nowhere: No such file"):
        read_artifact(tmp_path / "nowhere")


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255), st.booleans())
def test_no_damage_passes_unseen(at: int, flip: int, short: bool) -> None:
    damaged = DATA[:at] if short else DATA[:at] + bytes([DATA[at] ^ flip]) + DATA[at + 1 :]
    with pytest.raises(ArtifactError):
        read_artifact(damaged)


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    for prefix in (b"", len(data).to_bytes(8, "little")):
        with pytest.raises(ArtifactError):
            read_artifact(prefix + data)
