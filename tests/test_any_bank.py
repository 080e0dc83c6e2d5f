"""A bank of three labels is trained, exported, spoken and measured: nothing takes sixteen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")
pytest.importorskip("onnx", reason="needs the extra mien[train]")
pytest.importorskip("soundfile", reason="needs the extra mien[speak]")

import numpy as np
import soundfile
from attrs import evolve
from tests.program import ended
from tests.training.made_up import write_made_up

import mien
from mien_trainer.model.shape import Conditioning
from mien_trainer.speak.network import read_network
from mien_trainer.train.checkpoint import load_checkpoint
from mien_trainer.train.config import config_text, find_config, read_config

LABELS = ("neutral", "joy", "sadness")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank of three of the default bank's labels, compiled. Not to be changed."""
    home = tmp_path_factory.mktemp("small")
    folder = home / "small"
    ended(0, "init", folder)
    emotions = sorted((folder / "emotions").glob("*.yaml"))
    gone = [path for path in emotions if path.stem not in LABELS]
    assert len(gone) == 13
    text = (folder / "bank.yaml").read_text("utf-8")
    for path in gone:
        text = text.replace(f"  - {path.stem}\n", "")
        path.unlink()
    for path in set(emotions) - set(gone):  # what follows these are labels that are gone
        kept = [line for line in path.read_text("utf-8").splitlines() if "  then: " not in line]
        path.write_text("\n".join(kept) + "\n", "utf-8")
    # The mean is over the channels that a bank can move: three labels move fewer.
    assert "slope: {mean: 1, channel: 5}" in text
    text = text.replace("slope: {mean: 1, channel: 5}", "slope: {mean: 1.5, channel: 5}")
    (folder / "bank.yaml").write_text(text, "utf-8")
    ended(0, "compile", folder, "--out", home / "build")
    assert mien.load(folder).labels == LABELS
    return folder


@pytest.fixture(scope="module")
def targets(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("targets")
    write_made_up(folder, bank, (130, 160))
    return folder


@pytest.fixture(scope="module")
def trained(bank: Path, targets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short training of a network for that bank."""
    home = tmp_path_factory.mktemp("trained")
    tiny = read_config(find_config("tiny"))
    ours = evolve(tiny, bank=str(bank), conditioning=Conditioning(labels=LABELS))
    (home / "config.yaml").write_text(config_text(ours), "utf-8")
    asked = ["train", "run", str(home / "config.yaml"), "--data", str(targets), "--steps", "8"]
    ended(0, *asked, "-o", home / "out")
    return home / "out"


def test_the_network_has_a_condition_a_label_and_three(trained: Path) -> None:
    model = load_checkpoint(trained).model
    assert model.columns.numpy().tolist() == [0, 1, 2, 3, 4, 5]
    assert model.base.input.weight.shape[1] == len(LABELS) + 3


def test_it_is_exported_spoken_and_measured(
    bank: Path, targets: Path, trained: Path, tmp_path: Path
) -> None:
    network, take = tmp_path / "small.onnx", tmp_path / "take.json"
    ended(0, "train", "export", trained, "-o", network, "--data", targets)
    card = read_network(network).card
    assert (card.labels, card.bank) == (LABELS, "small")
    wav = tmp_path / "speech.wav"
    noise = 0.1 * np.random.default_rng(0).standard_normal(8_000)
    soundfile.write(str(wav), noise, 16_000)
    asked = ["speak", str(wav), "--label", "joy", "--network", str(network), "--bank", str(bank)]
    ended(0, *asked, "-o", take)
    weights = np.array(json.loads(take.read_text("utf-8"))["weights"])
    assert weights.shape == (30, 52)
    assert "anger" in ended(2, *asked[:2], "--label", "anger", *asked[4:]).stderr
    measured = ["evaluate", str(trained), "--data", str(targets), "--bank", str(bank)]
    measured += ["--no-gate", "--clips", "3", "-o", str(tmp_path / "page.html")]
    report: dict[str, Any] = json.loads(ended(0, *measured, "--format", "json").stdout)
    names = [row["name"] for row in report["networks"][0]["figures"]]
    assert "anchors nearest to their own archetype" in names
    assert [len(one["distances"]) for one in report["networks"][0]["distinct"]] == [3, 3, 3]
