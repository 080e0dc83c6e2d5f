"""Training: what it learns, from what it refuses to learn, and how it is told to a person."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import torch
from attrs import asdict, evolve, fields
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from tests.test_schemas import described, schema, valid
from tests.training.watch import Watch

import mien
from mien import resources
from mien.cli.main import run as mien_run
from mien.text.fault import BankFaults
from mien_trainer.cli.train import command
from mien_trainer.fault import TrainerError
from mien_trainer.model.net import SILENCE
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.speech.source import Split
from mien_trainer.targets.arrow import arrow
from mien_trainer.targets.manifest import manifest_text, read_manifest
from mien_trainer.train.checkpoint import LAST, load_checkpoint
from mien_trainer.train.clips import CACHE, Clips, unpack_clips
from mien_trainer.train.config import Draw, Losses, Optimizer, TrainConfig
from mien_trainer.train.draw import Batch, Drawer
from mien_trainer.train.log import NAME as LOG
from mien_trainer.train.loop import Diverged, Run, rate_at, train
from mien_trainer.train.objective import NAMES
from mien_trainer.train.read_config import (
    config_document,
    config_of,
    config_text,
    find_config,
    read_config,
    recipes,
)
from mien_trainer.train.rooms import ROOMS
from mien_trainer.train.teacher import anchor_lessons, surface_lessons
from mien_trainer.train.trust import Untrusted, trusted_bank

BANK = mien.load("default")
TINY = read_config(find_config("tiny"))
SHORT = evolve(TINY, steps=6)
ANCHORS = anchor_lessons(BANK, BANK.labels)
SURFACE = surface_lessons(BANK, BANK.labels, 0)


@pytest.fixture(scope="module")
def clips(made_up: Path) -> Clips:
    return unpack_clips(made_up, read_manifest(made_up), Split.TRAIN, made_up)


@pytest.fixture
def targets(made_up: Path, tmp_path: Path) -> Path:
    """A copy of the made-up targets, to be changed."""
    return Path(
        shutil.copytree(made_up, tmp_path / "targets", ignore=shutil.ignore_patterns(CACHE))
    )


def learned(config: TrainConfig, data: Path, out: Path) -> Watch:
    watch = Watch()
    train(Run(config=config, data=data, out=out), watch)
    return watch


def lines(out: Path, kind: str) -> list[dict[str, float]]:
    found = [json.loads(line) for line in (out / LOG).read_text("utf-8").splitlines()]
    return [line for line in found if line["kind"] == kind]


# What is learned


def test_the_losses_fall_and_every_curve_is_there(made_up: Path, tmp_path: Path) -> None:
    config = evolve(TINY, steps=150, every=evolve(TINY.every, log=1, validate=50))
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
    assert load_checkpoint(tmp_path).head.best == min(one.total for one in watch.scores.values())


def test_snap_alone_puts_every_anchor_on_its_archetype(made_up: Path, tmp_path: Path) -> None:
    only = {name: 0.0 for name in NAMES if not name.startswith("snap")}
    config = evolve(
        TINY,
        steps=800,
        model=NetShape(width=8, blocks=1, hidden=128),
        optimizer=evolve(TINY.optimizer, rate=0.01),
        losses=evolve(TINY.losses, **only),
        every=evolve(TINY.every, validate=800),
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
    losses = evolve(SHORT.losses, snap_silence=0.0, snap_speech=0.0, surface=0.0, lips=0.0)
    learned(evolve(SHORT, losses=losses), made_up, tmp_path)
    expected = {"supervised", "velocity", "contact", "consistency", "expression", "loss"}
    assert set(lines(tmp_path, "step")[0]) == {"kind", "step", "gradient", "rate", *expected}


@pytest.mark.parametrize(
    "conditions",
    [
        Conditioning(labels=("neutral", "joy", "anger", "sadness", "surprise"), vad=False),
        Conditioning(labels=(), vad=True),
    ],
)
def test_older_networks_and_baselines_are_trained_too(
    made_up: Path, tmp_path: Path, conditions: Conditioning
) -> None:
    losses = evolve(SHORT.losses, snap_silence=0.0, snap_speech=0.0, surface=0.0)
    learned(evolve(SHORT, conditions=conditions, losses=losses), made_up, tmp_path)
    model = load_checkpoint(tmp_path).model
    assert len(model.columns) == conditions.width


def test_a_training_begins_with_a_widened_network(made_up: Path, tmp_path: Path) -> None:
    v2 = read_config(find_config("v2"))
    small = evolve(v2, model=TINY.model, draw=TINY.draw, every=TINY.every)
    file = tmp_path / "v2.yaml"
    file.write_text(config_text(small), encoding="utf-8")
    runner = CliRunner()

    def ok(*arguments: str) -> str:
        result = runner.invoke(command, list(arguments))
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
    refused = runner.invoke(
        command,
        ["run", "tiny", *data, "--start", str(tmp_path / "v2"), "-o", str(tmp_path / "v4")],
    )
    assert refused.exit_code == 1
    assert "the network to start from differs in its conditions" in refused.output


# What a step is made of


def test_a_step_is_drawn_by_its_number_alone(clips: Clips) -> None:
    one, other = (Drawer(TINY, clips, ANCHORS, SURFACE) for _ in range(2))
    one.batch(1)
    for name, value in asdict(one.batch(5), recurse=False).items():
        assert np.array_equal(value, getattr(other.batch(5), name)), name
    assert one.batch(5).ids != one.batch(6).ids


@pytest.mark.parametrize("world", [2, 4])
def test_processes_take_equal_parts_of_the_same_step(clips: Clips, world: int) -> None:
    whole = Drawer(TINY, clips, ANCHORS, SURFACE).batch(3)
    parts = [
        Drawer(TINY, clips, ANCHORS, SURFACE, rank=rank, world=world).batch(3)
        for rank in range(world)
    ]
    for field in fields(Batch):
        found = [getattr(part, field.name) for part in parts]
        if field.name == "ids":
            assert all(one == whole.ids for one in found)
            continue
        together = np.sort(np.concatenate(found).reshape(-1))
        assert np.array_equal(together, np.sort(getattr(whole, field.name).reshape(-1)))
        assert len({one.shape for one in found}) == 1


def test_every_step_has_every_anchor(clips: Clips) -> None:
    batch = Drawer(TINY, clips, ANCHORS, SURFACE).batch(9)
    assert batch.anchors.shape == (ROOMS, 6, 19)
    drawn = {row.tobytes() for row in batch.anchors.reshape(-1, 19)}
    assert drawn == {row.tobytes() for row in ANCHORS.conditions}
    for told, face in zip(
        batch.anchors.reshape(-1, 19), batch.archetypes.reshape(-1, 52), strict=True
    ):
        label = BANK.labels[int(told[:16].argmax())]
        assert BANK.face(label, vad=told[16:]).tobytes() == face.tobytes()


def test_a_stretch_is_a_clip_with_silence_before_it(clips: Clips) -> None:
    config = evolve(TINY, draw=evolve(TINY.draw, batch=16, frames=60))
    batch = Drawer(config, clips, ANCHORS, SURFACE).batch(2)
    context = config.model.context
    for row in range(16):
        taught, counts = batch.mel[row, context:], batch.counts[row]
        assert (taught[counts == 0] == SILENCE).all()
        assert (taught[counts > 0] != SILENCE).all()
        assert (np.diff(counts) >= 0).all()
        assert counts[-1] > 0
    assert set(np.unique(batch.counts).tolist()) == {0.0, 1.0, 3.0}


def test_pairs_are_swapped_both_ways(clips: Clips) -> None:
    batch = Drawer(TINY, clips, ANCHORS, SURFACE).batch(4)
    own, other, near = batch.pair_conditions.swapaxes(0, 1)
    pairs = TINY.draw.pairs
    assert np.array_equal(other, np.concatenate((own[pairs:], own[:pairs])))
    assert np.array_equal(near[:, :16], own[:, :16])
    moved = np.abs(near[:, 16:] - own[:, 16:])
    assert 0.0 < moved.max() <= TINY.losses.jitter + 1e-6
    assert (batch.pair_speech[:pairs] >= 0.5).all()


def test_the_surface_is_the_banks_own() -> None:
    for row in range(0, len(SURFACE.faces), 3001):
        told = SURFACE.conditions[row]
        label = BANK.labels[int(told[:16].argmax())]
        plain = BANK.face(label, vad=told[16:])
        styled = [BANK.face(label, vad=told[16:], style=one) for one in BANK.styles(label)]
        away = [np.abs(SURFACE.faces[row] - one).max() for one in (plain, *styled)]
        between = [np.abs(plain - one).max() for one in styled]
        assert min(away) <= max(between) + 1e-6


def test_the_rate_rises_and_falls() -> None:
    optimizer = Optimizer(rate=0.1, last=0.01, warmup=10)
    rates = [rate_at(optimizer, step, 100) for step in range(1, 101)]
    assert rates[4] == pytest.approx(0.05)
    assert max(rates) == rates[9] == pytest.approx(0.1)
    assert rates[-1] == pytest.approx(0.001)
    assert (np.diff(rates[9:]) < 0).all()


# What is unpacked


def test_clips_are_those_of_the_shards(made_up: Path, clips: Clips) -> None:
    from mien_trainer.targets.shard import read_shard

    stored = read_shard(made_up / "train-00000.parquet")
    assert clips.ids == tuple(one.id for one in stored)
    for at, one in enumerate(stored):
        part = slice(int(clips.starts[at]), int(clips.starts[at + 1]))
        assert np.array_equal(clips.conditions[part], one.conditions)
        np.testing.assert_allclose(clips.mel[part], one.mel, atol=0.01)
        np.testing.assert_allclose(clips.targets[part], one.targets, atol=0.0003)
        assert clips.labels[at] == one.label
        assert clips.real[at] == one.real


def test_clips_are_mapped_not_read(clips: Clips) -> None:
    assert all(
        isinstance(one, np.memmap)
        for one in (clips.mel, clips.conditions, clips.targets, clips.speech)
    )


def test_a_folder_that_cannot_be_written_is_unpacked_elsewhere(
    targets: Path, tmp_path: Path
) -> None:
    (targets / CACHE).write_text("in the way")
    (tmp_path / "spare").mkdir()
    found = unpack_clips(targets, read_manifest(targets), Split.TRAIN, tmp_path / "spare")
    assert len(found.ids) == 32
    assert (tmp_path / "spare" / CACHE).is_dir()


# What is refused


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
    config = evolve(SHORT, conditions=Conditioning(labels=("joy", "jooy")))
    with pytest.raises(TrainerError, match="the bank has no label jooy: did you mean joy"):
        learned(config, made_up, tmp_path)
    config = evolve(SHORT, conditions=Conditioning(labels=("sympathy",)))
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
    config = evolve(SHORT, every=evolve(SHORT.every, checkpoint=2))
    with pytest.raises(Diverged) as stop:
        train(Run(config=config, data=data, out=out), Poison())
    said = str(stop.value)
    assert said.startswith("step 4: loss nan, supervised inf, velocity nan, gradient nan; ")
    assert f"{out / LAST} holds the last good step. Look at the clips of this step" in said
    clips = unpack_clips(data, read_manifest(data), Split.TRAIN, data)
    drawn = Drawer(config, clips, ANCHORS, SURFACE).batch(4).ids
    assert said.endswith(": " + ", ".join(drawn))
    kept = load_checkpoint(out / LAST)
    assert kept.head.step == 2
    assert all(bool(one.isfinite().all()) for one in kept.model.parameters())


# The bank


@pytest.fixture
def bank(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank of one's own, compiled and locked."""
    monkeypatch.chdir(folder.parent)
    assert mien_run(["compile", str(folder)]) == 0
    return folder


def test_a_bank_is_trusted_by_name_folder_and_file(bank: Path) -> None:
    release = resources.presets() / "releases" / "default" / BANK.version
    for source in ("default", str(release / "default.safetensors")):
        trusted = trusted_bank(source)
        assert trusted.released
        assert trusted.digest == BANK.digest
    own = trusted_bank(str(bank))
    assert not own.released
    shutil.rmtree("build")
    assert trusted_bank(str(bank)).digest == own.digest


def test_an_artifact_that_is_not_the_locks_is_refused_with_both_digests(bank: Path) -> None:
    artifact = Path("build") / "default.safetensors"
    locked = trusted_bank(str(bank)).digest
    artifact.write_bytes(artifact.read_bytes()[:-1] + b"\x01")
    with pytest.raises(Untrusted, match=f"has sha256 [0-9a-f]{{64}}, .*mien.lock pins {locked}"):
        trusted_bank(str(bank))


def test_sources_that_were_changed_after_the_lock_are_refused(bank: Path) -> None:
    locked = trusted_bank(str(bank)).digest
    shutil.rmtree("build")
    joy = bank / "emotions" / "joy.yaml"
    text = joy.read_text("utf-8")
    assert "attenuation: 0.4" in text
    joy.write_text(text.replace("attenuation: 0.4", "attenuation: 0.41"), encoding="utf-8")
    with pytest.raises(Untrusted, match=f"compile to has sha256 [0-9a-f]{{64}}, .* pins {locked}"):
        trusted_bank(str(bank))


def test_a_released_version_has_to_be_the_ledgers(bank: Path) -> None:
    releases = bank.parent / "releases"
    releases.mkdir()
    ledger = (resources.presets() / "releases" / "ledger.yaml").read_text("utf-8")
    wrong = ledger.replace(BANK.digest, "d" * 64)
    assert wrong != ledger
    (releases / "ledger.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(Untrusted, match=f"ledger.yaml pins {'d' * 64}, found {BANK.digest}"):
        trusted_bank(str(bank))


def test_no_bank_and_no_lock(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="no bank nosuch to train on"):
        trusted_bank("nosuch")
    (tmp_path / "x.safetensors").write_bytes(b"")
    with pytest.raises(TrainerError, match="there is no such file, so nothing is pinned"):
        trusted_bank(str(tmp_path / "x.safetensors"))


# The training file


def test_recipes_spell_every_default() -> None:
    assert recipes() == ["tiny", "v2", "v3"]
    for name in recipes():
        config = read_config(find_config(name))
        assert config.name == name
        assert config_of(config_document(config)) == config
        text = find_config(name).read_text("utf-8")
        for path, _ in _flat(config_document(config)):
            assert f"{path.rpartition('/')[2]}:" in text, path
    v3 = read_config(find_config("v3"))
    least = TrainConfig(name="v3", description=v3.description, conditions=v3.conditions)
    assert least == v3


def test_the_schema_explains_every_property_and_tells_the_defaults() -> None:
    found = schema("train")
    Draft202012Validator.check_schema(found)
    assert found["$id"] == "https://mien.dev/schema/train/1"
    for path, one in [("", found), *described(found)]:
        assert one.get("title"), path
        assert one.get("description"), path
        if one.get("type") == "object":
            assert one["additionalProperties"] is False, path
    least = config_document(TrainConfig(name="least", conditions=Conditioning(labels=())))
    flat = dict(_flat(least))
    told = {path: one["default"] for path, one in described(found) if "default" in one}
    assert told == {path: flat[path] for path in told}
    assert valid(found, {**least, "conditions": {"labels": []}, "description": "x"})
    assert set(flat) - set(told) == {"/schema", "/name", "/description", "/conditions/labels"}


def _flat(document: dict[str, Any], path: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in document.items():
        here = f"{path}/{key}"
        nested = isinstance(value, dict)
        flat += _flat(cast("dict[str, Any]", value), here) if nested else [(here, value)]
    return flat


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "steps: 0",
            "config.yaml:4:8: error: steps: the number 0 is out of range: expected a number at",
        ),
        ("stepps: 5", "there is no key stepps here"),
        ("losses: {snap: 3}", "losses.snap: there is no key snap here"),
        ("seed: true", "seed: expected a whole number, found true"),
        ("model: {width: 96.5}", "model.width: expected"),
    ],
)
def test_faults_of_a_training_file_have_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"schema: mien/train/1\nname: x\nconditions: {{labels: []}}\n{line}\n")
    with pytest.raises(BankFaults) as faults:
        read_config(file)
    assert said in str(faults.value)
    out = tmp_path / "out"
    assert mien_run(["train", "run", str(file), "--data", str(tmp_path), "-o", str(out)]) == 2
    assert "config.yaml:4:" in capsys.readouterr().err


# The command


def test_it_says_what_it_did_and_loses_nothing(made_up: Path, tmp_path: Path) -> None:
    arguments = ["run", "tiny", "--data", str(made_up), "--steps", "4", "-o", str(tmp_path / "o")]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "step 4: lips 0." in result.stderr
    assert result.stdout.startswith(f"{tmp_path / 'o'}: 4 steps of tiny, best score 0.")
    before = (tmp_path / "o" / LAST).read_bytes()
    again = CliRunner().invoke(command, arguments)
    assert again.exit_code == 1
    assert "holds a training: --resume goes on with it, or choose another" in again.output
    assert (tmp_path / "o" / LAST).read_bytes() == before
    assert CliRunner().invoke(command, [*arguments, "--resume"]).exit_code == 0
    assert read_config(tmp_path / "o" / "config.yaml").steps == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "v4"], "no training file v4, and no recipe of that name ships; did you mean v2?"),
        (["run", "tiny", "--resume"], "holds no training to resume; leave --resume to start one"),
        (["run", "tiny", "--start", "nosuch"], "nosuch: there is no such checkpoint"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    made_up: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    full = [*arguments, "--data", str(made_up), "-o", str(tmp_path / "o")]
    result = CliRunner().invoke(command, full)
    assert result.exit_code == 1
    assert said in result.output


def test_without_torch_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
        "sys.modules['torch'] = None\n"
        "from mien.cli.main import run\n"
        f"sys.exit(run(['train', 'run', 'tiny', '--data', '.', '-o', {str(tmp_path / 'o')!r}]))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == "Error: torch is not installed: pip install 'mien[train]'\n"


def test_help_imports_no_torch() -> None:
    code = (
        "import sys\nfrom mien.cli.main import run\n"
        "status = run(['train', 'run', '--help'])\n"
        "sys.exit(status or any(name in sys.modules for name in ('torch', 'numba', 'pyarrow')))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_curves_for_tensorboard(made_up: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs TensorBoard")
    arguments = ["run", "tiny", "--data", str(made_up), "--steps", "2", "--tensorboard"]
    result = CliRunner().invoke(command, [*arguments, "-o", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "tensorboard").glob("events.out.tfevents.*"))


def test_two_processes_give_the_losses_of_one(made_up: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(config_text(evolve(SHORT, steps=8)), encoding="utf-8")
    learned(read_config(config), made_up, _made(tmp_path / "one"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["run", str(config), "--data", str(made_up), "-o", str(tmp_path / "two")]
    together = [
        subprocess.Popen(
            [sys.executable, "-m", "mien.cli.main", "train", *arguments],
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(sys.path), "RANK": str(rank), "WORLD_SIZE": "2"}
            | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    said = [process.communicate(timeout=120) for process in together]
    assert [process.returncode for process in together] == [0, 0], said
    assert said[1][0] == ""
    one, two = lines(tmp_path / "one", "step"), lines(tmp_path / "two", "step")
    for alone, shared in zip(one, two, strict=True):
        for name, value in alone.items():
            if name != "kind":
                assert shared[name] == pytest.approx(value, rel=2e-4, abs=1e-6), name


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_processes_that_cannot_share_evenly_are_refused(clips: Clips) -> None:
    with pytest.raises(TrainerError, match="3 processes cannot share 4 batch evenly"):
        Drawer(TINY, clips, ANCHORS, SURFACE, rank=0, world=3)


def test_defaults_are_the_weights_of_the_losses() -> None:
    assert {field.name for field in fields(Losses)} == {*NAMES, "softness", "jitter"}
    assert Draw().real == 3 * Draw().synthetic
