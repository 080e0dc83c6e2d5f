"""`mien train export`: the file gives torch's faces, says what it is, and is written or refused."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.program import Ran, ran

import mien
from mien_trainer.evaluate.output import SCHEMA as EVALUATION
from mien_trainer.export.card import Learned, Share, card_markdown, learned_from, read_measured
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.speak.network import KEY, SCHEMA, OnnxNetwork, read_network, start_state

pytest.importorskip("torch", reason="needs the extra mien[train]")
pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")
pytest.importorskip("onnxscript", reason="needs the extra mien[train]")

import torch

from mien_trainer.export.onnx import TOLERANCE, difference, network_card, onnx_bytes
from mien_trainer.train.checkpoint import Checkpoint, load_checkpoint

onnx = pytest.importorskip("onnx", reason="needs the extra mien[train]")

BANK = mien.load("default")


@pytest.fixture(scope="session")
def network(tiny: Path) -> OnnxNetwork:
    return read_network(tiny / "tiny.onnx")


@pytest.fixture
def checkpoint(tiny: Path) -> Checkpoint:
    return load_checkpoint(tiny / "tiny.safetensors")


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_any_cut_gives_the_faces_of_training(
    tiny: Path, network: OnnxNetwork, seed: int, sizes: list[int]
) -> None:
    """Against `FaceNet.forward`, which training runs and which keeps no state."""
    rng = np.random.default_rng(seed)
    frames = sum(sizes)
    mel = rng.uniform(-18.0, 2.0, (frames, 80)).astype(np.float32)
    conditions = np.zeros((frames, 19), dtype=np.float32)
    conditions[np.arange(frames), rng.integers(0, 16, frames)] = 1.0
    conditions[:, 16:] = rng.uniform(-1.0, 1.0, (frames, 3))
    model = load_checkpoint(tiny / "tiny.safetensors").model
    wanted = model.clip(torch.tensor(mel)[None], torch.tensor(conditions)[None])
    found: list[F32] = []
    state, at = start_state(network, conditions[0]), 0
    for size in sizes:
        part = slice(at, at + size)
        faces, state = network.run(mel[part], conditions[part], state)
        found.append(faces)
        at += size
    assert np.abs(np.concatenate(found) - wanted[0].numpy()).max() <= TOLERANCE


def test_it_is_within_the_bound_frame_by_frame(
    checkpoint: Checkpoint, network: OnnxNetwork
) -> None:
    assert difference(checkpoint.model, network) <= TOLERANCE


def test_another_network_is_seen_to_differ(checkpoint: Checkpoint, network: OnnxNetwork) -> None:
    with torch.no_grad():
        checkpoint.model.face_head.bias[3] += 0.001
    assert difference(checkpoint.model, network) > TOLERANCE


@pytest.mark.parametrize("value", [1.001, float("nan")])
def test_a_graph_that_differs_is_not_written(
    tiny: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    def traced(*_: object) -> Any:  # noqa: ANN401
        graph = onnx.load(str(tiny / "tiny.onnx"))
        del graph.metadata_props[:]
        tensor = next(one for one in graph.graph.initializer if one.name.endswith("net.std"))
        numbers = onnx.numpy_helper.to_array(tensor) * np.float32(value)
        tensor.CopyFrom(onnx.numpy_helper.from_array(numbers, tensor.name))
        return graph

    monkeypatch.setattr("mien_trainer.export.onnx._traced", traced)
    with pytest.raises(TrainerError, match="from torch's, expected at most 1e-05: nothing was"):
        onnx_bytes(checkpoint)


def test_the_card_says_what_it_was_made_from(
    tiny: Path, network: OnnxNetwork, checkpoint: Checkpoint
) -> None:
    card = network.card
    assert card == network_card(checkpoint)
    assert (card.name, card.bank, card.version) == ("tiny", BANK.id, BANK.version)
    assert card.artifact == BANK.digest
    assert card.labels == BANK.labels
    assert card.channels == BANK.channels
    assert card.knows == ("neutral", "joy", "anger", "sadness", "surprise")
    assert card.vad
    assert card.state == (8, 16)
    assert card.parameters == sum(one.numel() for one in checkpoint.model.parameters())
    weights = hashlib.sha256((tiny / "tiny.safetensors").read_bytes()).hexdigest()
    assert card.checkpoint == weights, "it holds nothing that only training needs"


def test_nothing_of_the_machine_is_in_the_file(tiny: Path) -> None:
    data = (tiny / "tiny.onnx").read_bytes()
    for part in (b".py", b"forward", str(Path.cwd()).encode(), str(tiny).encode()):
        assert part not in data
    graph = onnx.load_from_string(data)
    onnx.checker.check_model(graph, full_check=True)
    assert [one.key for one in graph.metadata_props] == [KEY]
    text = graph.metadata_props[0].value
    canonical = json.dumps(
        json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert text == canonical
    assert json.loads(text)["schema"] == SCHEMA


def test_its_inputs_and_outputs_are_the_contract(tiny: Path) -> None:
    graph = onnx.load(str(tiny / "tiny.onnx")).graph

    def shapes(values: Any) -> dict[str, list[int | str]]:  # noqa: ANN401
        return {
            one.name: [side.dim_param or side.dim_value for side in one.type.tensor_type.shape.dim]
            for one in values
        }

    given, gives = shapes(graph.input), shapes(graph.output)
    frames = given["mel"][1]
    assert isinstance(frames, str)
    assert given == {"mel": [1, frames, 80], "conditions": [1, frames, 19], "state": [1, 8, 16]}
    assert gives == {"weights": [1, frames, 52], "after": [1, 8, 16]}


def export(*arguments: str | Path) -> Ran:
    return ran("train", "export", *arguments)


def evaluation(network: OnnxNetwork, path: Path, **changes: object) -> Path:
    """A file of figures as `mien evaluate --format json` prints it, of this network."""
    kept = {"kept": 49, "late": 50, "total": 50, "gap": 0.001}
    figure = {"name": "look-ahead", "value": 0.02, "bound": 0.02, "most": True, "unit": "s"}
    size = {"name": "size", "value": 9e6, "bound": 5 << 20, "most": True, "unit": "bytes"}
    found = {
        "checkpoint": network.card.checkpoint,
        "figures": [{**figure, "kept": True}, {**size, "kept": False}],
        "lips": [
            {
                "name": "a voice",
                "clips": 7,
                "seconds": 9.5,
                "correlation": 0.91,
                "error": 0.012,
                "opening": 0.75,
                "shut": 0.125,
            }
        ],
        "closures": [{"label": "joy", "lips": kept, "teeth": kept}],
        "more": "is not looked at",
    }
    document = {"schema": EVALUATION, "networks": [found], **changes}
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_the_command_writes_the_same_bytes_and_a_card(
    tiny: Path, network: OnnxNetwork, tmp_path: Path
) -> None:
    out = tmp_path / "net.onnx"
    figures_file = evaluation(network, tmp_path / "figures.json")
    result = export(tiny / "tiny.safetensors", "-o", out, "--figures", figures_file)
    assert result.exit_code == 0, result.output
    assert out.read_bytes() == (tiny / "tiny.onnx").read_bytes()
    card = (tmp_path / "net.card.md").read_text("utf-8")
    assert f"| parameters | {network.card.parameters:,} |" in card
    assert "| look-ahead | 0.02 s | at most 0.02 s | yes |" in card
    assert "| size | 8.58 MB | at most 5.00 MB | **no** |" in card
    assert "| a voice | 7 | 0.910 | 0.0120 | 75% | 12% |" in card
    assert "It knows the labels neutral, joy, anger, sadness, surprise only." in card
    assert network.card.checkpoint in card


LEARNED = Learned(
    recipe="default",
    clips=15_000,
    seconds=36_000.0,
    trained=12_000,
    voices=("anna", "zoe"),
    shares=(
        Share(source="asterisk", licence="CC-BY-SA-3.0", real=True, clips=900, voices=1),
        Share(source="espeak", licence="CC0-1.0", real=False, clips=11_100, voices=1),
    ),
)


def test_the_card_names_the_speech_and_its_licences(network: OnnxNetwork) -> None:
    text = card_markdown(network.card, 1 << 20, LEARNED, None)
    assert "15,000 clips, 10.0 h, of which 12,000 clips in 2 voices" in text
    assert "| asterisk | people | CC-BY-SA-3.0 | 900 | 1 |" in text
    assert "Speech under CC-BY-SA-3.0 is by its authors" in text
    assert "synthetic voices only" not in text
    alone = evolve(LEARNED, shares=LEARNED.shares[1:])
    assert "synthetic voices only" in card_markdown(network.card, 1 << 20, alone, None)
    for line in text.splitlines():
        assert line == line.rstrip()


EMPTY: dict[str, object] = {"figures": [], "lips": [], "closures": []}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schema": "mien/other/1"}, f"found mien/other/1, expected {EVALUATION}"),
        ({"networks": []}, "figures of no network, the network tiny is"),
        ({"networks": [{"checkpoint": "x"}]}, f"not as {EVALUATION} says"),
        ({"networks": 3}, f"not as {EVALUATION} says"),
        (
            {"networks": [{"checkpoint": "f" * 64, **EMPTY}]},
            f"figures of {'f' * 64}, the network tiny is",
        ),
    ],
)
def test_figures_of_something_else_are_refused(
    network: OnnxNetwork, tmp_path: Path, changes: dict[str, object], expected: str
) -> None:
    path = evaluation(network, tmp_path / "figures.json", **changes)
    with pytest.raises(TrainerError) as refusal:
        read_measured(path, network.card)
    assert expected in str(refusal.value)


def test_other_targets_are_refused(network: OnnxNetwork, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"manifest\.json: there is no such file"):
        learned_from(tmp_path, network.card)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("none.safetensors", "-o", "out.onnx"),
            "none.safetensors: there is no such file, expected a checkpoint",
        ),
        (("old.pt", "-o", "out.onnx"), "a pickle can run any program"),
        (("junk.safetensors", "-o", "out.onnx"), "not a checkpoint of mien's"),
        ((".", "-o", "out.onnx"), "no checkpoint in this folder"),
        (("none.safetensors", "-o", "out.bin"), "should end in .onnx"),
    ],
)
def test_what_is_no_checkpoint_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("junk.safetensors").write_bytes(b"junk")
    Path("old.pt").write_bytes(b"\x80\x04.")
    before = set(tmp_path.iterdir())
    result = export(*arguments)
    assert result.exit_code == 2
    assert expected in " ".join(result.output.split())
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["torch", "onnxscript"])
def test_without_the_extra_it_says_what_to_install(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    there = importlib.util.find_spec

    def find(wanted: str, package: str | None = None) -> Any:  # noqa: ANN401
        return None if wanted == name else there(wanted, package)

    monkeypatch.setattr("mien_trainer.fault.find_spec", find)
    result = export(tiny / "tiny.safetensors", "-o", tmp_path / "net.onnx")
    assert result.exit_code == 2
    assert f"{name} is not installed: pip install 'mien[train]'" in result.output
