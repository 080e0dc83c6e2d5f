"""Animations of model files, and recordings of LLV, read as takes."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.models import Json, packed, sheet
from tests.program import ended

from mien.errors import SourceError
from mien.formats import livelink_packet, llv
from mien.formats.arkit import arkit_channels
from mien.formats.live_face import LiveFace
from mien.formats.registry import read_take, recorded_format, write_take
from mien.formats.take import steady_take

CHANNELS = arkit_channels()
NAMES = ("jawLeft", "MouthSmile_L", "Fcl_ALL_Joy", "browInnerUp")
UUID = "D3ADC0DE-1337-4133-8133-CAFEBABE0000"


def at(name: str) -> int:
    return CHANNELS.index(name)


def appended(document: Json, data: bytes, numbers: Sequence[float], kind: str) -> tuple[int, bytes]:
    """The number of a new accessor of float32, and the longer binary chunk."""
    data += b"\0" * (-len(data) % 4)
    own = np.array(numbers, dtype="<f4")
    width = {"SCALAR": 1, "VEC3": 3}[kind]
    view = {"buffer": 0, "byteOffset": len(data), "byteLength": own.nbytes}
    document["bufferViews"].append(view)
    accessor = {"bufferView": len(document["bufferViews"]) - 1, "componentType": 5126}
    document["accessors"].append({**accessor, "count": len(own) // width, "type": kind})
    data += own.tobytes()
    document["buffers"][0]["byteLength"] = len(data)
    return len(document["accessors"]) - 1, data


def animated(
    times: Sequence[float],
    values: Sequence[float],
    *,
    interpolation: str = "",
    change: Callable[[Json], None] = lambda _: None,
) -> bytes:
    """A head whose four morph targets are moved."""
    document, data = sheet(NAMES)
    first, data = appended(document, data, times, "SCALAR")
    second, data = appended(document, data, values, "SCALAR")
    sampler: Json = {"input": first, "output": second}
    if interpolation:
        sampler["interpolation"] = interpolation
    channel = {"sampler": 0, "target": {"node": 0, "path": "weights"}}
    document["animations"] = [{"name": "talk", "samplers": [sampler], "channels": [channel]}]
    change(document)
    return packed(document, data)


def vrma(curves: Mapping[str, Sequence[float]], times: Sequence[float]) -> bytes:
    """A VRM animation: the x of a node's translation is the weight of its expression."""
    document: Json = {
        "asset": {"version": "2.0"},
        "accessors": [],
        "bufferViews": [],
        "buffers": [{"byteLength": 0}],
        "nodes": [{"name": name} for name in curves],
        "extensionsUsed": ["VRMC_vrm_animation"],
    }
    own = {name: {"node": node} for node, name in enumerate(curves)}
    document["extensions"] = {
        "VRMC_vrm_animation": {
            "specVersion": "1.0",
            "expressions": {
                "custom": {name: one for name, one in own.items() if name != "happy"},
                "preset": {name: one for name, one in own.items() if name == "happy"},
            },
        }
    }
    first, data = appended(document, b"", times, "SCALAR")
    samplers: list[Json] = []
    channels: list[Json] = []
    for node, values in enumerate(curves.values()):
        spread = [part for value in values for part in (value, 0.0, 0.0)]
        second, data = appended(document, data, spread, "VEC3")
        samplers.append({"input": first, "output": second})
        channels.append({"sampler": node, "target": {"node": node, "path": "translation"}})
    document["animations"] = [{"samplers": samplers, "channels": channels}]
    return packed(document, data)


def written(folder: Path, data: bytes, name: str = "take.glb") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_morph_targets_are_read_by_their_names(tmp_path: Path) -> None:
    times = [k / 30 for k in range(31)]
    values = [part for k in range(31) for part in (k / 60, k / 40, 0.3, 0.1)]
    take = read_take(written(tmp_path, animated(times, values)))
    assert (take.rate, len(take.times)) == (30.0, 31)
    assert np.allclose(take.weights[:, at("jawLeft")], np.arange(31) / 60, atol=1e-6)
    assert take.weights[10, at("mouthSmileLeft")] == pytest.approx(0.25)
    assert not take.weights[:, at("mouthSmileRight")].any()
    assert not take.weights[:, at("jawRight")].any()
    assert take.repairs.unknown == ("Fcl_ALL_Joy",)
    assert len(take.repairs.absent) == 49


@pytest.mark.parametrize(
    ("interpolation", "values", "middle"),
    [
        ("LINEAR", [0.0] * 4 + [0.8] * 4, 0.4),
        ("STEP", [0.0] * 4 + [0.8] * 4, 0.0),
        ("CUBICSPLINE", [9.0] * 4 + [0.0] * 4 + [9.0] * 8 + [0.8] * 4 + [9.0] * 4, 0.4),
    ],
)
def test_keys_at_no_even_pace_become_frames(
    tmp_path: Path, interpolation: str, values: list[float], middle: float
) -> None:
    take = read_take(written(tmp_path, animated([0.0, 2.0], values, interpolation=interpolation)))
    assert (take.rate, len(take.times)) == (60.0, 121)
    assert take.weights[60, at("jawLeft")] == pytest.approx(middle)
    assert take.weights[120, at("jawLeft")] == pytest.approx(0.8)
    slow = read_take(tmp_path / "take.glb", rate=10)
    assert (slow.rate, len(slow.times)) == (10.0, 21)


@pytest.mark.parametrize("ending", [".vrma", ".glb"])
def test_a_take_comes_back_with_its_clock_though_nothing_moves_for_a_while(
    tmp_path: Path, ending: str
) -> None:
    weights = np.zeros((75, len(CHANNELS)), dtype=np.float32)
    weights[:20, at("jawLeft")] = np.linspace(0.0, 0.5, 20)
    weights[50:, at("browInnerUp")] = np.linspace(0.0, 0.8, 25)
    weights[20:, at("jawLeft")] = 0.5
    path = tmp_path / f"take{ending}"
    write_take(path, steady_take(25.0, CHANNELS, weights))
    found = read_take(path)
    assert (found.rate, len(found.times), found.gaps) == (25.0, 75, ())
    assert np.abs(found.weights - weights).max() < 1e-5
    assert not found.weights[:, at("jawRight")].any()


def test_expressions_of_a_vrm_animation_are_read(tmp_path: Path) -> None:
    times = [k / 25 for k in range(26)]
    curves = {"JawLeft": [k / 50 for k in range(26)], "happy": [1.0] * 26, "TongueOut": [1.2] * 26}
    path = written(tmp_path, vrma(curves, times), "take.vrma")
    take = read_take(path)
    assert (take.rate, take.dialect) == (25.0, "VRMA")
    assert take.weights[20, at("jawLeft")] == pytest.approx(0.4)
    assert not take.weights[:, at("jawRight")].any()
    assert take.weights[0, at("tongueOut")] == 1.0
    assert take.repairs.clamped == 26
    assert take.repairs.unknown == ("happy",)
    ended(0, "import", path, "-o", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            animated([0.0, 1.0], [0.0] * 7),
            "animations[0].channels[0]: 2 keys of 4 numbers each need 8, its output has 7",
        ),
        (animated([1.0, 0.5], [0.0] * 8), "the times of its keys should rise, from 0 to 3600 s"),
        (animated([0.0, 1e9], [0.0] * 8), "the times of its keys should rise, from 0 to 3600 s"),
        (animated([0.0, 1.0], [float("nan")] * 8), "its keys are no numbers"),
        (
            animated([0.0, 1.0], [0.0] * 8, change=lambda one: one["meshes"][0].pop("extras")),
            "its animations move bones alone, or morph targets without names",
        ),
        (
            animated(
                [0.0, 1.0],
                [0.0] * 8,
                change=lambda one: one["meshes"][0].update(
                    extras={"targetNames": ["a", "b", "Fcl_ALL_Joy", "d"]}
                ),
            ),
            "no animation in it moves a channel of a face; what moves is a, b, Fcl_ALL_Joy, d",
        ),
        (packed(*sheet(NAMES)), "no animation in it moves a channel of a face"),
        (vrma({"happy": [0.0, 1.0]}, [0.0, 1.0]), "what moves is happy"),
        (animated([0.0, 1.0], [0.0] * 8)[:-40], "the file is cut short"),
    ],
)
def test_what_moves_no_face_is_refused_with_its_place(
    tmp_path: Path, data: bytes, expected: str
) -> None:
    path = written(tmp_path, data)
    said = ended(2, "import", path, "-o", tmp_path / "out.csv").stderr
    assert expected in said
    assert str(path) in said
    assert not (tmp_path / "out.csv").exists()


def tape(count: int = 30, *, wanted: int | None = None, version: int = 6) -> bytes:
    """A recording of LLV in which the jaw goes to the left."""
    packets = [
        livelink_packet.encode(
            LiveFace(
                weights=dict.fromkeys(CHANNELS, 0.0) | {"jawLeft": k / 60},
                moment=5_375_735 / 60 + k / 60,
                subject="LLV",
                head=(1.0, 2.0, 3.0),
            ),
            UUID,
        )
        for k in range(count)
    ]
    data = struct.pack(">BI", version, count if wanted is None else wanted)
    return gzip.compress(data + b"".join(struct.pack(">I", len(p)) + p for p in packets), mtime=0)


def test_a_recording_of_llv_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, tape(), "dao.gesichter")
    assert recorded_format(path).name == "llv"
    take = read_take(path)
    assert (take.rate, len(take.times), take.name) == (60.0, 30, "LLV")
    assert np.allclose(take.weights[:, at("jawLeft")], np.arange(30) / 60, atol=1e-6)
    assert not take.weights[:, at("jawRight")].any()
    assert take.head is not None
    assert np.allclose(take.head[0], (1.0, 2.0, 3.0), atol=1e-4)
    stopped = read_take(written(tmp_path, tape(10, wanted=300), "stopped.gesichter"))
    assert len(stopped.times) == 10


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"text", "this cannot be unpacked: not a gzipped file"),
        (tape()[:200], "this cannot be unpacked"),
        (gzip.compress(b"", mtime=0), "it is empty, expected packets of version 6"),
        (tape(version=4), "it begins with version 4, expected packets of version 6"),
        (tape(0), "no packet of the recording holds a face"),
        (gzip.compress(gzip.decompress(tape())[:-9], mtime=0), "packet 29, at byte "),
        (
            gzip.compress(struct.pack(">BII", 6, 1, 3) + b"abc", mtime=0),
            "holds a face: it begins with 97, and packets of version 6 do not",
        ),
    ],
)
def test_what_is_no_recording_of_llv_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    with pytest.raises(SourceError) as refusal:
        read_take(written(tmp_path, data, "dao.gesichter"))
    assert expected in str(refusal.value)


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mien.text.regular_file import FileKind

    monkeypatch.setattr(llv, "RECORDING", FileKind("a recording", 1000))
    with pytest.raises(SourceError, match="unpacked it has over 1,000 bytes"):
        llv.read(written(tmp_path, tape(), "dao.gesichter"))
