"""Targets of a bank that is not ours: as many conditions as it has labels, and three."""

from __future__ import annotations

import json
import re
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.targets.fakes import Chant, read_shard

import mien
from mien.bank import Bank
from mien.resources import presets
from mien_trainer.cli.audit import command as audit
from mien_trainer.cli.preview import command as preview
from mien_trainer.speech import SpeechItem, Split
from mien_trainer.synthesis.voices import Voice
from mien_trainer.targets.clip import ShardHeader
from mien_trainer.targets.engines import run_local
from mien_trainer.targets.make import make_targets
from mien_trainer.targets.maker import ClipMaker
from mien_trainer.targets.plan import plan
from mien_trainer.targets.recipe import Recipe, RecipeSources, Synthesis

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

from mien_trainer.targets.shard import read_header

LABELS = ("neutral", "joy", "anger")
WORDS = {
    Split.TRAIN: ("m ai m ʌ m b ɔ t _ f ai v b ɛ g p ai z", "v i p i b l _ m ei k b ɛ d z"),
    Split.VALIDATION: ("b ɔ b p æ k s _ f ai v m æ p s",),
    Split.TEST: ("m ɛ n v ei b i l _ f ɹ ʌ m p u m",),
}


class Voices(Chant):
    """Two voices that train and one that was never heard, each with sentences of its own."""

    name = "espeak"

    def __init__(self) -> None:
        super().__init__([])
        self._items = tuple(
            SpeechItem(key=f"{voice} {split.value}{n}", voice=voice, text=text, split=split)
            for split in Split
            for voice in (("anna", "ben") if split is Split.TRAIN else ("zoe",))
            for n, text in enumerate(WORDS[split])
        )


class Setup:
    """See `mien_trainer.targets.worker.WorkerSetup`."""

    programs = {"chant": "1"}  # noqa: RUF012  never changed

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.header = ShardHeader.of(bank)

    def open(self) -> ClipMaker:
        return ClipMaker(self.bank, {"espeak": Voices()})


@pytest.fixture(scope="module")
def bank_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default bank with three of its labels."""
    folder = tmp_path_factory.mktemp("banks") / "three"
    shutil.copytree(presets() / "default", folder)
    (folder / "mien.lock").unlink()
    for path in (folder / "emotions").iterdir():
        if path.stem not in LABELS:
            path.unlink()
            continue
        # without its shape in time, which names other labels
        source = re.sub(
            r"^(dynamics|sequences):\n(?:[ \n].*\n|\n)+", "", path.read_text(), flags=re.M
        )
        path.write_text(source)
    text = (folder / "bank.yaml").read_text("utf-8")
    listed = "".join(f"  - {label}\n" for label in LABELS)
    text = re.sub(r"^labels:\n(?:  - .*\n)+", f"labels:\n{listed}", text, flags=re.MULTILINE)
    (folder / "bank.yaml").write_text(text.replace("id: default", "id: three"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(bank_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished folder of targets for it."""
    voices = [Voice(name=name, split=Split.TRAIN) for name in ("anna", "ben")]
    recipe = Recipe(
        name="three",
        clips=30,
        bank=str(bank_folder),
        silence_share=0.2,
        clips_per_shard=16,
        sources=RecipeSources(
            espeak=Synthesis(share=1.0, voices=(*voices, Voice(name="zoe", split=Split.TEST)))
        ),
    )
    bank = mien.load(bank_folder)
    folder = tmp_path_factory.mktemp("targets") / "three"
    specs = plan(recipe, {"espeak": Voices().items()}, bank)
    make_targets(recipe, specs, Setup(bank), folder, partial(run_local, workers=1))
    return folder


def test_conditions_have_a_column_for_each_label_and_three(made: Path, bank_folder: Path) -> None:
    bank = mien.load(bank_folder)
    assert bank.labels == LABELS
    shards = sorted(made.glob("*.parquet"))
    assert len(shards) == 4
    for path in shards:
        assert read_header(path).labels == LABELS
        for clip in read_shard(path, bank.digest):
            assert clip.conditions.shape == (clip.frames, 6)
            hot = np.eye(3, dtype=np.float32)[LABELS.index(clip.label)]
            assert np.array_equal(clip.conditions[:, :3], np.tile(hot, (clip.frames, 1)))
            assert np.abs(clip.conditions[:, 3:]).max() <= 1.0
            assert clip.targets.shape == (clip.frames, len(bank.channels))
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    assert manifest["labels"] == list(LABELS)
    assert set(manifest["counts"]["label"].values()) == {10}


def test_they_are_audited(made: Path, bank_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    arguments = [str(made), "--bank", str(bank_folder), "-o", str(out), "--format", "json"]
    result = CliRunner().invoke(audit, arguments, standalone_mode=False)
    report = json.loads(result.stdout)
    assert [group["label"] for group in report["labels"]] == list(LABELS)
    assert report["unmeasured"] == 0
    assert not [one for one in report["findings"] if one["severity"] == "error"]
    assert result.return_value == 0
    assert "anger" in out.read_text("utf-8")


def test_they_are_previewed(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.html"
    arguments = [str(made), "train-000001", "-o", str(out), "--silent"]
    result = CliRunner().invoke(preview, arguments, standalone_mode=False)
    assert result.return_value == 0
    assert out.stat().st_size > 10_000
