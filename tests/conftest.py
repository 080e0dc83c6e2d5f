"""Settings that every test shares."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from tests.skips import SkipGuard

from mien import resources

if TYPE_CHECKING:
    from mien.view.server import ViewServer

settings.register_profile("default", deadline=None, max_examples=60)
settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


LONG = (
    *("adapt", "wheel", "avatar_draw", "targets_docs", "conformance", "interrupted_training"),
    *("campaign", "view_page", "targets_command", "certificate", "alignment", "c_header"),
    *("targets_kills", "view_command", "live_lips", "lip_training", "compare", "release_faults"),
    *("other_rigs", "audit", "web_export", "irregular_files", "prompts", "plots", "web_speech"),
)
"""Files of tests that take over ten seconds, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first: no worker is to end alone with one."""
    places = {f"test_{name}": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_configure(config: pytest.Config) -> None:
    """Where everything is installed, no test is skipped in silence."""
    if os.environ.get("CI") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGuard())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default bank, with its rig beside it, to be changed."""
    home = tmp_path / "default"
    shutil.copytree(resources.presets() / "default", home)
    shutil.copytree(resources.presets() / "rigs", tmp_path / "rigs")
    return home


@pytest.fixture
def joy(folder: Path) -> Path:
    """A file of that copy."""
    return folder / "emotions" / "joy.yaml"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small network of random weights: tiny.safetensors, and tiny.onnx of it.

    It is told VAD and the labels of the second generation.
    """
    torch = pytest.importorskip("torch", reason="needs the extra mien[train]")
    import mien
    from mien_trainer.export.onnx import onnx_bytes
    from mien_trainer.model.shape import Conditioning, NetShape
    from mien_trainer.train.checkpoint import load_checkpoint, new_model, save_checkpoint
    from mien_trainer.train.checkpoint_file import CheckpointMetadata
    from mien_trainer.train.config import TrainConfig

    bank = mien.load("default")
    conditions = Conditioning(labels=("neutral", "joy", "anger", "sadness", "surprise"))
    shape = NetShape(width=16, blocks=2, hidden=32)
    head = CheckpointMetadata(
        step=0,
        score=None,
        best=None,
        config=TrainConfig(name="tiny", conditioning=conditions, model=shape),
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        data="",
        labels=bank.labels,
        channels=bank.channels,
        classes=tuple(bank.tables.classes),
        mels=80,
        torch=torch.__version__,
    )
    model = new_model(head)
    source = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Large enough that sound and conditions show, small enough that faces are in range.
            parameter.normal_(0.0, 0.05 if "bias" in name else 0.15, generator=source)
        model.contact_head.bias.fill_(-6.0)  # contacts as likely as the doubt: some are made
    home = tmp_path_factory.mktemp("tiny")
    save_checkpoint(home / "tiny.safetensors", head, model)
    data = onnx_bytes(load_checkpoint(home / "tiny.safetensors"))
    (home / "tiny.onnx").write_bytes(data)
    return home


@pytest.fixture
def server(folder: Path) -> Iterator[ViewServer]:
    """`mien view` of that copy."""
    from mien.view.server import ViewServer

    with ViewServer(folder) as running:
        running.start()
        yield running


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small, made-up targets for the default bank. Not to be changed: copy it."""
    pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")
    from tests.training.made_up import write_made_up

    folder = tmp_path_factory.mktemp("made-up")
    write_made_up(folder)
    return folder


@pytest.fixture
def targets(made_up: Path, tmp_path: Path) -> Path:
    """A copy of the made-up targets, to be changed."""
    from mien_trainer.train.clips import CACHE

    return Path(
        shutil.copytree(made_up, tmp_path / "targets", ignore=shutil.ignore_patterns(CACHE))
    )
