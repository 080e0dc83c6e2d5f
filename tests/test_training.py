"""Training: what it learns, and from what it refuses to learn."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from attrs import asdict, evolve
from tests.program import ran
from tests.training.watch import Watch, learned, lines

import mien
from mien_trainer.fault import TrainerError
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.speech import Split
from mien_trainer.targets.manifest import manifest_text, read_manifest
from mien_trainer.targets.shard import arrow
from mien_trainer.train.anchor_snap import anchor_targets, surface_targets
from mien_trainer.train.checkpoint import load_checkpoint
from mien_trainer.train.checkpoint_file import LAST
from mien_trainer.train.clips import CACHE, unpack_clips
from mien_trainer.train.config import Optimizer, config_text, find_config, read_config
from mien_trainer.train.loop import DivergedError, Run, learning_rate, train
from mien_trainer.train.objective import NAMES
from mien_trainer.train.sampler import BatchSampler

BANK = mien.load("default")
TINY = read_config(find_config("tiny"))
SHORT = evolve(TINY, steps=6)
ANCHORS = anchor_targets(BANK, BANK.labels)
SURFACE = surface_targets(BANK, BANK.labels, 0)


def test_the_losses_fall_and_every_curve_is_there(made_up: Path, tmp_path: Path) -> None:
    config = evolve(TINY, steps=150, intervals=evolve(TINY.intervals, log=1, validate=50))
    watch = learned(config, made_up, tmp_path)
    curves = lines(tmp_path, "step")
    assert [line["step"] for line in curves] == list(range(1, 151))
    assert set(curves[0]) == {"kind", "step", "loss", *NAMES, "gradient", "rate"}
    for name in ("supervised", "snap_silence", "snap_speech", "surface"):
        first, last = (np.mean([one[name] for one in part]) for part in (curves[:5], curves[-20:]))
        assert last < 0.6 * first, name
    assert [line["loss"] for line in curves] == list(watch.losses.values())
    weights = asdict(config.losses)
    total = sum(weights[name] * curves[-1][name] for name in NAMES)
    assert curves[-1]["loss"] == pytest.approx(total, rel=1e-5)
    assert watch.scores[150].anchors < 0.5 * watch.scores[50].anchors + 0.02
    assert load_checkpoint(tmp_path).metadata.best == min(
        one.total for one in watch.scores.values()
    )


def test_snap_alone_puts_every_anchor_on_its_archetype(made_up: Path, tmp_path: Path) -> None:
    only = {name: 0.0 for name in NAMES if not name.startswith("snap")}
    config = evolve(
        TINY,
        steps=800,
        model=NetShape(width=8, blocks=1, hidden=128),
        optimizer=evolve(TINY.optimizer, learning_rate=0.01),
        losses=evolve(TINY.losses, **only),
        intervals=evolve(TINY.intervals, validate=800),
    )
    score = learned(config, made_up, tmp_path).scores[800]
    assert score.anchors <= 0.005
    assert score.worst_anchor <= 0.05


def test_the_same_seed_gives_the_same_training(made_up: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        (tmp_path / name).mkdir()
        learned(evolve(SHORT, seed=seed), made_up, tmp_path / name)
    one, same, other = ((tmp_path / name / LAST).read_bytes() for name in "abc")
    assert one == same
    assert one != other


def test_a_loss_without_weight_is_neither_made_nor_logged(made_up: Path, tmp_path: Path) -> None:
    losses = evolve(
        SHORT.losses, quiet=0.0, snap_silence=0.0, snap_speech=0.0, surface=0.0, lips=0.0
    )
    learned(evolve(SHORT, losses=losses), made_up, tmp_path)
    expected = {"supervised", "velocity", "contact", "consistency", "expression", "loss"}
    assert set(lines(tmp_path, "step")[0]) == {"kind", "step", "gradient", "rate", *expected}


@pytest.mark.parametrize(
    "conditioning",
    [
        Conditioning(labels=("neutral", "joy", "anger", "sadness", "surprise"), vad=False),
        Conditioning(labels=(), vad=True),
    ],
)
def test_older_networks_and_baselines_are_trained_too(
    made_up: Path, tmp_path: Path, conditioning: Conditioning
) -> None:
    losses = evolve(SHORT.losses, snap_silence=0.0, snap_speech=0.0, surface=0.0)
    learned(evolve(SHORT, conditioning=conditioning, losses=losses), made_up, tmp_path)
    model = load_checkpoint(tmp_path).model
    assert len(model.columns) == conditioning.width


def test_a_training_begins_with_a_widened_network(made_up: Path, tmp_path: Path) -> None:
    v2 = read_config(find_config("v2"))
    small = evolve(v2, model=TINY.model, batch=TINY.batch, intervals=TINY.intervals)
    file = tmp_path / "v2.yaml"
    file.write_text(config_text(small), encoding="utf-8")

    def ok(*arguments: str) -> str:
        result = ran("train", *arguments)
        assert result.exit_code == 0, result.output
        return result.output

    data = ["--data", str(made_up), "--steps", "3"]
    ok("run", str(file), *data, "-o", str(tmp_path / "v2"))
    ok("expand", str(tmp_path / "v2"), "-o", str(tmp_path / "wide.safetensors"))
    wide = ["--start", str(tmp_path / "wide.safetensors")]
    said = ok("run", "tiny", *data, *wide, "-o", str(tmp_path / "v3"))
    assert f"{tmp_path / 'v3'}: 3 steps of tiny, best score " in said
    old, new = load_checkpoint(tmp_path / "v2").model, load_checkpoint(tmp_path / "v3").model
    assert torch.equal(old.mean, new.mean)
    refused = ran(
        "train", "run", "tiny", *data, "--start", str(tmp_path / "v2"), "-o", str(tmp_path / "v4")
    )
    assert refused.exit_code == 2
    assert "the network to start from differs in its conditions" in refused.output


def test_the_rate_rises_and_falls() -> None:
    optimizer = Optimizer(learning_rate=0.1, final_lr_ratio=0.01, warmup_steps=10)
    rates = [learning_rate(optimizer, step, 100) for step in range(1, 101)]
    assert rates[4] == pytest.approx(0.05)
    assert max(rates) == rates[9] == pytest.approx(0.1)
    assert rates[-1] == pytest.approx(0.001)
    assert (np.diff(rates[9:]) < 0).all()


def edited(folder: Path, **changes: object) -> None:
    manifest = evolve(read_manifest(folder), **cast("dict[str, Any]", changes))
    (folder / "manifest.json").write_text(manifest_text(manifest), encoding="utf-8")


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def no_shard(folder: Path) -> None:
    (folder / "train-00000.parquet").unlink()


def broken_shard(folder: Path) -> None:
    path = folder / "train-00000.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def no_clips(folder: Path) -> None:
    edited(folder, shards=())


def other_artifact(folder: Path) -> None:
    edited(folder, artifact="a" * 64)


def other_schema(folder: Path) -> None:
    pa, pq = arrow(), arrow("pyarrow.parquet")
    path = folder / "train-00000.parquet"
    pq.write_table(pa.table({"x": [1]}), path)
    shards = read_manifest(folder).shards
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edited(folder, shards=(evolve(shards[0], sha256=digest), *shards[1:]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (no_manifest, "finish the folder with `mien targets make`"),
        (no_shard, "the manifest lists this shard: No such"),
        (broken_shard, "has sha256 [0-9a-f]{64}, the manifest pins [0-9a-f]{64}; make the"),
        (other_schema, "found no schema, expected mien/targets-shard/1"),
        (no_clips, "no clips to use for train"),
        (
            other_artifact,
            f"made for artifact {'a' * 64} .* has {BANK.digest}; make the targets again",
        ),
    ],
)
def test_bad_targets_are_refused(
    targets: Path, tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    change(targets)
    (tmp_path / "out").mkdir()
    with pytest.raises(TrainerError, match=said):
        learned(SHORT, targets, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_labels_without_clips_are_refused(made_up: Path, tmp_path: Path) -> None:
    config = evolve(SHORT, conditioning=Conditioning(labels=("joy", "jooy")))
    with pytest.raises(TrainerError, match="the bank has no label jooy: did you mean joy"):
        learned(config, made_up, tmp_path)
    config = evolve(SHORT, conditioning=Conditioning(labels=("sympathy",)))
    with pytest.raises(TrainerError, match="no clip to validate on has one of the labels sympathy"):
        learned(config, made_up, tmp_path)


def test_a_loss_that_is_no_number_stops_and_names_the_clips(made_up: Path, tmp_path: Path) -> None:
    class Poison(Watch):
        """Makes targets infinite once a checkpoint is kept."""

        def stepped(self, step: int, loss: float) -> None:
            super().stepped(step, loss)
            if step == 3:
                path = next((data / CACHE).glob("train-*")) / "targets.npy"
                np.load(path, mmap_mode="r+")[:] = np.inf

    data = Path(shutil.copytree(made_up, tmp_path / "targets"))
    out = tmp_path / "out"
    out.mkdir()
    config = evolve(SHORT, intervals=evolve(SHORT.intervals, checkpoint=2))
    with pytest.raises(DivergedError) as stop:
        train(Run(config=config, data=data, out=out), Poison())
    said = str(stop.value)
    assert said.startswith("step 4: loss nan, supervised inf, velocity nan, gradient nan; ")
    assert f"{out / LAST} holds the last good step. Look at the clips of this step" in said
    clips = unpack_clips(data, read_manifest(data), Split.TRAIN, data)
    drawn = BatchSampler(config, clips, ANCHORS, SURFACE, BANK.channels).batch(4).ids
    assert said.endswith(": " + ", ".join(drawn))
    kept = load_checkpoint(out / LAST)
    assert kept.metadata.step == 2
    assert all(bool(one.isfinite().all()) for one in kept.model.parameters())
