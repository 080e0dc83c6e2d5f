"""No network is trusted: not its card, not its graph, and not what it gives."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from tests.child import finished
from tests.program import ended

import mien
from mien_trainer.fault import TrainerError
from mien_trainer.frames import SAMPLE_RATE
from mien_trainer.speak.network import KEY, bank_of, read_network, shipped_network

pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")
soundfile = pytest.importorskip("soundfile", reason="needs the extra mien[speak]")
onnx = pytest.importorskip("onnx", reason="needs the extra mien[train]")

BANK = mien.load("default")
Card = dict[str, Any]


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    noise = 0.1 * np.random.default_rng(0).standard_normal(SAMPLE_RATE // 2)
    soundfile.write(str(path), noise, SAMPLE_RATE)
    return path


@pytest.fixture
def changed(tiny: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of the small network with another card or another graph."""

    def write(
        card: Callable[[Card], object] | None = None, graph: Callable[[Any], object] | None = None
    ) -> Path:
        model = onnx.load(str(tiny / "tiny.onnx"))
        if card is not None:
            text = json.loads(model.metadata_props[0].value)
            card(text)
            model.metadata_props[0].value = json.dumps(text)
        if graph is not None:
            graph(model.graph)
        path = tmp_path / "changed.onnx"
        onnx.save(model, str(path))
        return path

    return write


def said(network: Path, wav: Path, *more: str) -> str:
    """The message with which `mien speak` refuses; nothing may be written."""
    out = wav.with_name("take.json")
    asked = ("speak", wav, "--label", "joy", "--network", network, "-o", out, *more)
    text = ended(2, *asked).stderr
    assert not out.exists()
    assert not list(out.parent.glob(".take*"))
    assert "Traceback" not in text
    assert "defect" not in text
    assert len(text) < 700
    return text


def scaled(factor: float) -> Callable[[Any], None]:
    """Multiplies the weights of the network's last layer before a face."""

    def change(graph: Any) -> None:  # noqa: ANN401
        for one in graph.initializer:
            if one.name.endswith(("face_head.weight", "face_head.bias", "base.output.bias")):
                numbers = onnx.numpy_helper.to_array(one) * np.float32(factor)
                one.CopyFrom(onnx.numpy_helper.from_array(numbers, one.name))

    return change


def added(number: float) -> Callable[[Any], None]:
    """Adds a number to every weight."""

    def change(graph: Any) -> None:  # noqa: ANN401
        for node in graph.node:
            for at, name in enumerate(node.output):
                if name == "weights":
                    node.output[at] = "before"
        graph.initializer.append(
            onnx.numpy_helper.from_array(np.array([number], dtype=np.float32), "number")
        )
        graph.node.append(onnx.helper.make_node("Add", ["before", "number"], ["weights"]))

    return change


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        (scaled(float("nan")), r"is nan, expected a weight in [0, 1]"),
        (added(5.0), "is 5."),
        (added(-1.5), "is -0."),
        (added(float("inf")), "is inf"),
    ],
)
def test_a_weight_outside_its_range_stops_with_the_frame(
    changed: Callable[..., Path], wav: Path, graph: Callable[[Any], object], found: str
) -> None:
    text = said(changed(graph=graph), wav)
    assert "changed.onnx: frame 0 (0.000 s): eyeBlinkLeft" in text
    assert found in text


def test_the_frame_that_fails_is_counted_over_the_whole_sound(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mien_trainer.conditions import condition_rows
    from mien_trainer.speak.speaker import Speaker

    network = read_network(tiny / "tiny.onnx")
    speaker = Speaker(network, condition_rows(1, 16, [[0.0, 0.0, 0.0]])[0])
    speaker.push(np.zeros(20 * SAMPLE_RATE, dtype=np.float32))
    before = speaker.frames
    assert before > 1000
    session = cast("Any", network)._session

    class Broken:
        def run(self, *given: object) -> list[np.ndarray[Any, Any]]:
            weights, after = session.run(*given)
            weights[0, 3, 7] = np.nan
            return [weights, after]

    monkeypatch.setattr(network, "_session", Broken())
    with pytest.raises(TrainerError, match=rf"frame {before + 3} \({(before + 3) / 60:.3f} s\): "):
        speaker.push(np.zeros(SAMPLE_RATE, dtype=np.float32))


def says(**changes: object) -> Callable[[Card], None]:
    return lambda card: card.update(changes)


def reversed_channels(card: Card) -> None:
    card["channels"] = card["channels"][::-1]


def swapped_labels(card: Card) -> None:
    card["labels"][1:3] = card["labels"][2:0:-1]


def fewer_labels(card: Card) -> None:
    card["labels"] = card["labels"][:9]


def fewer_channels(card: Card) -> None:
    card["channels"] = card["channels"][:51]


def other_state(card: Card) -> None:
    card["state"] = [9, 16]


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (reversed_channels, "the network's card has other channels than the bank default 2.1.0"),
        (swapped_labels, "other labels than the bank default 2.1.0: found sadness as number 2"),
        (fewer_labels, "conditions is tensor(float)"),
        (fewer_channels, "weights is tensor(float)"),
        (other_state, "state is tensor(float)"),
        (says(mels=40), "60 frames a second and 40 mel bands, expected 60"),
        (says(frame_rate=30), "30 frames a second and 80 mel bands"),
        (says(labels=["joy"] * 16), "labels are missing or repeated"),
        (says(knows=["jooy"]), "it knows a label that it has not"),
        (says(bank="../../etc", version="passwd"), "no names of a release"),
        (says(state=[10**9, 10**9]), "a state of"),
        (says(state=[-1, 4]), "a state of"),
        (says(state=["a"]), "its metadata is not that of mien/network/1"),
        (says(name="\x1b[2J"), "characters that cannot be shown"),
        (says(schema="mien/network/1" + "x" * 5000), "with schema"),
    ],
)
def test_a_card_that_belongs_to_another_network_is_refused(
    changed: Callable[..., Path], wav: Path, card: Callable[[Card], object], expected: str
) -> None:
    text = said(changed(card=card), wav)
    assert expected in text
    assert "\x1b" not in text


def test_a_graph_with_other_ends_is_refused(changed: Callable[..., Path], wav: Path) -> None:
    def renamed(graph: Any) -> None:  # noqa: ANN401
        for node in graph.node:
            for at, name in enumerate(node.output):
                if name == "after":
                    node.output[at] = "later"
        graph.output[1].name = "later"

    text = said(changed(graph=renamed), wav)
    assert "the graph's outputs are weights, later, expected weights, after" in text


@pytest.mark.parametrize("card", ["[" * 100_000, "[1]", '{"schema": 3}', "\x00", '"mien"'])
def test_a_broken_card_is_refused(tiny: Path, tmp_path: Path, wav: Path, card: str) -> None:
    model = onnx.load(str(tiny / "tiny.onnx"))
    assert model.metadata_props[0].key == KEY
    model.metadata_props[0].value = card
    onnx.save(model, str(tmp_path / "broken.onnx"))
    assert "expected a network of whole faces with mien/network/1" in said(
        tmp_path / "broken.onnx", wav
    )


def test_pipes_devices_and_huge_files_are_not_waited_for(tmp_path: Path, wav: Path) -> None:
    pipe, huge = tmp_path / "pipe.onnx", tmp_path / "huge.onnx"
    os.mkfifo(pipe)
    with huge.open("wb") as stream:
        stream.truncate(20 << 30)
    odd = (pipe, Path("/dev/zero"), tmp_path)
    for network in odd:
        text = said_by_library(network)
        assert "found something that is no file (a folder, a pipe or a device)" in text
    assert "21,474,836,480 bytes, expected a network (.onnx) of at most 268,435,456" in said(
        huge, wav
    )
    assert "no file" in said(pipe, wav)


def said_by_library(network: Path) -> str:
    """What `read_network` says within a second or two: a pipe would be waited for without end."""
    found: list[str] = []

    def read() -> None:
        try:
            read_network(network)
        except TrainerError as error:
            found.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(20.0)
    assert found, "still waiting"
    return found[0]


def test_the_shipped_network_belongs_to_its_bank() -> None:
    card = read_network(shipped_network()).card
    bank = bank_of(card)
    assert (card.labels, card.channels) == (bank.labels, bank.channels)


def test_speaking_needs_no_torch(tiny: Path, wav: Path) -> None:
    """A run-time with the extra mien[speak] alone: whatever else the trainer uses is not there."""
    absent = ("torch", "pyarrow", "pocketsphinx", "safetensors", "onnx", "matplotlib", "ray")
    source = (
        "import sys\n"
        f"for name in {absent!r}: sys.modules[name] = None\n"
        "from mien.cli.main import main\n"
        "main()\n"
    )
    asked = ["speak", str(wav), "--label", "joy", "--network", str(tiny / "tiny.onnx")]
    done = finished(
        [sys.executable, "-c", source, *asked],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert len(done.stdout.splitlines()) == 31
