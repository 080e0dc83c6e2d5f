"""A training of the first version of configs and checkpoints goes on as if nothing had changed.

``golden/training`` was written by the last program that knew no other version: the config as its
author wrote it, the checkpoint after 4 of 8 steps, and the log, the last and the best checkpoint of
the same training straight on. Torch gives the same bits on the same machine only, so that elsewhere
the last bits may differ; where this machine repeats the first 4 steps bit for bit, so must the rest
be.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
from attrs import evolve
from click.testing import CliRunner
from tests.program import ended
from tests.training.watch import Watch

from mien import resources
from mien.artifact.container import Array, unpack
from mien_trainer.cli.train import command
from mien_trainer.migrations import TRAIN_2
from mien_trainer.model.net import current_name
from mien_trainer.train.checkpoint import load_checkpoint, load_progress
from mien_trainer.train.checkpoint_file import BEST, LAST
from mien_trainer.train.config import config_document, read_config
from mien_trainer.train.log import NAME as LOG
from mien_trainer.train.loop import Run, train

GOLDEN = Path(__file__).parent / "golden" / "training"
CONFIG = GOLDEN / "config.yaml"
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def as_it_was_then(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The releases that there were: `default` was 1.1.0."""
    home = tmp_path_factory.mktemp("then")
    shutil.copytree(ROOT / "presets", home / "presets", ignore=shutil.ignore_patterns("2.*.*"))
    ledger = home / "presets" / "releases" / "ledger.yaml"
    entries = ledger.read_text("utf-8").split("\n- ")
    ledger.write_text("\n- ".join(entries[:3]).rstrip() + "\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resources, "_folder", partial(folder_then, home))
        yield


def folder_then(home: Path, name: str) -> Path:
    return (home if name == "presets" else ROOT) / name


@pytest.fixture(scope="module")
def made_up(as_it_was_then: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small, made-up targets for the default bank of then."""
    from tests.training.made_up import write_made_up

    del as_it_was_then
    folder = tmp_path_factory.mktemp("made-up")
    write_made_up(folder)
    return folder


Tensors = dict[str, Array]


def tensors(path: Path) -> Tensors:
    """What a checkpoint of any version holds, by today's names."""
    found: Tensors = {}
    for name, array in unpack(path.read_bytes())[0].items():
        part, _, rest = name.partition(".")
        found[f"{part}.{current_name(rest)}"] = array
    return found


def same_bits(one: Tensors, other: Tensors) -> bool:
    assert set(one) == set(other)
    return all(one[name].tobytes() == other[name].tobytes() for name in one)


def nearly(one: Tensors, other: Tensors) -> None:
    assert set(one) == set(other)
    for name in set(one) - {"random."}:
        np.testing.assert_allclose(one[name], other[name], atol=2e-5, rtol=2e-4, err_msg=name)


def test_it_is_resumed_bit_for_bit(made_up: Path, tmp_path: Path) -> None:
    config = read_config(CONFIG)
    straight, resumed = tmp_path / "straight", tmp_path / "resumed"
    for folder in (straight, resumed):
        folder.mkdir()
    watch = Watch()
    train(Run(config=config, data=made_up, out=straight), watch)
    assert watch.losses[8] == pytest.approx(lines(GOLDEN / LOG)[-2]["loss"], rel=1e-4)

    shutil.copy(GOLDEN / "step-4.safetensors", resumed / LAST)
    (resumed / LOG).write_text("".join((GOLDEN / LOG).read_text().splitlines(keepends=True)[:5]))
    asked = ["run", str(CONFIG), "--data", str(made_up), "-o", str(resumed), "--resume"]
    done = CliRunner().invoke(command, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "8 steps of golden, best score " in done.output

    found, golden = tensors(resumed / LAST), tensors(GOLDEN / "step-8.safetensors")
    nearly(found, golden)
    stopped = load_progress(GOLDEN / "step-4.safetensors")[0]
    assert stopped.metadata.step == 4
    if (straight / LOG).read_bytes() == (GOLDEN / LOG).read_bytes():
        assert same_bits(found, golden)
        assert (resumed / LAST).read_bytes() == (straight / LAST).read_bytes()
        assert (resumed / LOG).read_bytes() == (GOLDEN / LOG).read_bytes()
        assert same_bits(tensors(resumed / BEST), tensors(GOLDEN / BEST))


def lines(path: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_its_config_is_the_one_of_its_file() -> None:
    kept = load_checkpoint(GOLDEN / "step-8.safetensors").metadata.config
    assert kept == read_config(CONFIG)
    assert kept.model.contact_threshold == 0.005
    assert (kept.batch.look_ahead, kept.batch.real_weight) == (2, 2.0)
    assert (kept.losses.beta, kept.losses.lip_beta, kept.losses.vad_jitter) == (0.02, 0.1, 0.04)
    assert kept.optimizer.learning_rate == 0.01
    assert kept.optimizer.grad_clip_norm == 0.9
    assert kept.augmentation.equalisation_db == 5.0


def test_a_network_of_the_first_version_gives_the_same_faces() -> None:
    """Against faces that the program which wrote it gave."""
    model = load_checkpoint(GOLDEN / "step-8.safetensors").model
    wanted = np.load(GOLDEN / "faces.npy")
    import torch

    mel = torch.linspace(-18.0, 0.0, 12 * 80).reshape(1, 12, 80)
    conditions = torch.zeros(1, 12, 19)
    conditions[..., 1] = 1.0
    conditions[..., 16:] = torch.tensor([0.5, 0.25, -0.5])
    np.testing.assert_allclose(model.clip(mel, conditions)[0].numpy(), wanted, atol=1e-6)
    assert wanted.std() > 0.01


def test_migrate_keeps_comments_and_changes_names_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    shutil.copy(CONFIG, file)
    before = file.read_text("utf-8").splitlines()
    ended(1, "migrate", file, "--check")
    assert file.read_text("utf-8").splitlines() == before
    ended(0, "migrate", file)
    after = file.read_text("utf-8").splitlines()
    assert after[1] == "schema: mien/train/2"
    assert len(before) == len(after)
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(changed) == 1 + len(TRAIN_2)
    for one, other in changed[1:]:
        assert one.partition(":")[2] == other.partition(":")[2]
        assert other.partition(":")[0].strip() in TRAIN_2.values()
    assert "  contact_threshold: 0.005 # twice the default" in after
    assert read_config(file) == read_config(CONFIG)
    ended(0, "migrate", file, "--check")


def test_every_key_that_was_renamed_is_a_key_of_today() -> None:
    document = config_document(read_config(CONFIG))
    sections = {path[0]: name for path, name in TRAIN_2.items() if len(path) == 1}
    for path, name in TRAIN_2.items():
        inside = document if len(path) == 1 else document[sections.get(path[0], path[0])]
        assert name in inside
        assert path[-1] not in inside


def test_another_training_is_still_told_apart(made_up: Path, tmp_path: Path) -> None:
    shutil.copy(GOLDEN / "step-4.safetensors", tmp_path / LAST)
    config = read_config(CONFIG)
    other = evolve(config, optimizer=evolve(config.optimizer, learning_rate=0.02))
    with pytest.raises(Exception, match=r"another optimizer\.learning_rate: 0\.01, not 0\.02"):
        train(Run(config=other, data=made_up, out=tmp_path, resume=True), Watch())
