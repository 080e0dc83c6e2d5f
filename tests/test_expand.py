"""From five labels to all conditions: the same faces on the five, whatever VAD says."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")

import numpy as np
import safetensors.torch
import torch
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ran
from torch import nn

import mien
from mien_trainer.conditions import condition_rows
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.train.checkpoint import Checkpoint, load_checkpoint, new_model, save_checkpoint
from mien_trainer.train.checkpoint_file import CheckpointError, CheckpointMetadata
from mien_trainer.train.config import TrainConfig
from mien_trainer.train.expand import V2_LABELS, expand, read_network
from mien_trainer.train.trust import trusted_bank

BANK = mien.load("default")
ALL = Conditioning(labels=BANK.labels)
CPU = torch.device("cpu")
SEEDS = st.integers(0, 2**31)


@cache
def older(labels: tuple[str, ...] = V2_LABELS, *, vad: bool = False) -> Checkpoint:
    """A network as training might leave it: every weight counts."""
    config = TrainConfig(
        name="older",
        conditioning=Conditioning(labels=labels, vad=vad),
        model=NetShape(width=12, blocks=3, hidden=16),
    )
    metadata = CheckpointMetadata(
        step=9,
        score=0.5,
        best=0.5,
        config=config,
        bank=BANK.id,
        version=BANK.version,
        artifact=BANK.digest,
        data="0" * 64,
        labels=BANK.labels,
        channels=BANK.channels,
        classes=BANK.tables.classes,
        mels=80,
        torch=str(torch.__version__),
    )
    torch.manual_seed(3)
    model = new_model(metadata)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    nn.init.constant_(
        model.contact_head.bias, -6.0
    )  # contacts as likely as the doubt: some are made
    return Checkpoint(metadata=metadata, model=model.requires_grad_(requires_grad=False).eval())


def faces(checkpoint: Checkpoint, mel: F32, label: str, vads: F32) -> F32:
    conditions = condition_rows(BANK.labels.index(label), len(BANK.labels), vads)
    found = checkpoint.model.clip(
        torch.tensor(mel[None], dtype=torch.float32),
        torch.tensor(conditions[None], dtype=torch.float32),
    )
    return np.asarray(found.detach().numpy(), dtype=np.float32)


def sound(seed: int, frames: int = 24) -> tuple[F32, F32]:
    rng = np.random.default_rng(seed)
    mel = rng.normal(-10.0, 4.0, (frames, 80)).astype(np.float32)
    return mel, rng.uniform(-1.0, 1.0, (frames, 3)).astype(np.float32)


@given(seed=SEEDS, label=st.sampled_from(V2_LABELS))
def test_faces_on_the_known_labels_are_the_same_for_any_vad(seed: int, label: str) -> None:
    mel, vads = sound(seed)
    before = faces(older(), mel, label, np.zeros_like(vads))
    after = faces(expand(older(), ALL), mel, label, vads)
    assert np.abs(after - before).max() <= 1e-6


@given(seed=SEEDS, order=st.permutations(V2_LABELS), vad=st.booleans())
def test_labels_may_stand_in_any_order(seed: int, order: list[str], vad: bool) -> None:
    network = older(tuple(order), vad=vad)
    mel, vads = sound(seed)
    wide = expand(network, ALL)
    assert (
        np.abs(faces(wide, mel, order[0], vads) - faces(network, mel, order[0], vads)).max() <= 1e-6
    )


def test_the_new_conditions_can_be_learned() -> None:
    wide = expand(older(), ALL).model.requires_grad_()
    mel, vads = sound(0)
    conditions = condition_rows(BANK.labels.index("awe"), len(BANK.labels), vads)
    out = wide.clip(
        torch.tensor(mel[None], dtype=torch.float32),
        torch.tensor(conditions[None], dtype=torch.float32),
    )
    grads = torch.autograd.grad(out.square().sum(), [wide.base.input.weight])
    new = [wide.columns.tolist().index(at) for at in (BANK.labels.index("awe"), 16, 17, 18)]
    assert (grads[0][:, new].abs().sum(dim=0) > 0).all()


def test_it_starts_at_step_0_and_says_so() -> None:
    metadata = expand(older(), ALL).metadata
    assert (metadata.step, metadata.score, metadata.best) == (0, None, None)
    assert metadata.config.conditioning == ALL
    assert metadata.config.conditioning.width == 19


def test_its_conditions_cannot_be_taken_away() -> None:
    with pytest.raises(TrainerError, match="conditions surprise, which the wider one has not"):
        expand(older(), Conditioning(labels=("neutral", "joy", "anger", "sadness")))
    with pytest.raises(TrainerError, match="has the conditions VAD"):
        expand(older(vad=True), Conditioning(labels=BANK.labels, vad=False))


def _as_safetensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    path.write_bytes(safetensors.torch.save(tensors))


def _as_pickle(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    torch.save(tensors, path)


@pytest.mark.parametrize(
    ("name", "write"), [("v2.safetensors", _as_safetensors), ("v2.pt", _as_pickle)]
)
def test_a_foreign_network_is_widened_by_its_weights_alone(
    tmp_path: Path, name: str, write: Callable[[Path, dict[str, torch.Tensor]], None]
) -> None:
    tensors = dict(older().model.state_dict())
    del tensors["columns"]
    write(tmp_path / name, tensors)
    out = tmp_path / "wide.safetensors"
    result = ran("train", "expand", str(tmp_path / name), "-o", str(out))
    assert result.exit_code == 0, result.output
    assert result.output == (
        f"{out}: 19 conditions, the same faces on neutral, joy, anger, sadness, surprise; "
        f"labels of default {BANK.version} (release that ships, {BANK.digest[:8]}...)\n"
    )
    mel, vads = sound(1)
    for label in V2_LABELS:
        away = faces(load_checkpoint(out), mel, label, vads) - faces(older(), mel, label, vads)
        assert np.abs(away).max() <= 1e-6


class Bomb:
    """What a pickle could do; it writes a file where it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    torch.save({"base.input.weight": Bomb(tmp_path / "owned")}, tmp_path / "v2.pt")
    with pytest.raises(CheckpointError, match="not weights alone, and nothing else is ever unp"):
        read_network(tmp_path / "v2.pt", V2_LABELS, trusted_bank("default"))
    with pytest.raises(CheckpointError, match="a pickle can run any program"):
        load_checkpoint(tmp_path / "v2.pt")
    assert not (tmp_path / "owned").exists()


def test_foreign_files_of_another_kind_are_refused_in_words(tmp_path: Path) -> None:
    def refused(name: str, tensors: object, labels: tuple[str, ...] = V2_LABELS) -> str:
        torch.save(tensors, tmp_path / name)
        with pytest.raises(CheckpointError) as error:
            read_network(tmp_path / name, labels, trusted_bank("default"))
        return str(error.value)

    whole = dict(older().model.state_dict())
    assert "expected tensors by their names" in refused("list.pt", [torch.zeros(1)])
    assert "not a network of this kind" in refused("other.pt", {"x": torch.zeros(1)})
    assert "not a network of this kind" in refused("part.pt", {**whole, "x": torch.zeros(1)})
    three = refused("three.pt", whole, ("joy", "neutral", "anger"))
    assert "it has 5 conditions, expected the 3 labels joy, neutral, anger" in three
    mistyped = ("neutral", "joyy", "anger", "sadness", "surprise")
    with pytest.raises(TrainerError, match="no label joyy: did you mean joy"):
        read_network(tmp_path / "three.pt", mistyped, trusted_bank("default"))


def test_a_network_of_another_bank_is_not_widened(tmp_path: Path) -> None:
    metadata = evolve(older().metadata, artifact="f" * 64, version="9.9.9")
    save_checkpoint(tmp_path / "last.safetensors", metadata, older().model)
    out = tmp_path / "out.safetensors"
    result = ran("train", "expand", str(tmp_path), "-o", str(out))
    assert result.exit_code == 2
    made_for = f"made for artifact {'f' * 64} (default 9.9.9), the bank has {BANK.digest}"
    assert made_for in result.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no.safetensors", "there is no such file, expected a checkpoint"),
        ("no.pt", "there is no such file, expected a checkpoint"),
        ("", "no checkpoint in this folder; `mien train run` makes one"),
    ],
)
def test_no_file_to_widen(tmp_path: Path, name: str, said: str) -> None:
    out = tmp_path / "out.safetensors"
    result = ran("train", "expand", str(tmp_path / name), "-o", str(out))
    assert (result.exit_code, result.output) == (2, f"Error: {tmp_path / name}: {said}\n")


def odd(**changes: torch.Tensor) -> dict[str, torch.Tensor]:
    """The tensors of a network of which some are not what they should be."""
    return {**older().model.state_dict(), **changes}


def many_blocks() -> dict[str, torch.Tensor]:
    block = {
        name.removeprefix("blocks.0."): one
        for name, one in older().model.state_dict().items()
        if name.startswith("blocks.0.")
    }
    return odd(**{f"blocks.{at}.{name}": one for at in range(5000) for name, one in block.items()})


@pytest.mark.parametrize(
    ("tensors", "expected"),
    [
        (odd(**{"input.bias": torch.zeros(11)}), "input.bias has shape (11,), expected (12,)"),
        (odd(**{"input.bias": torch.zeros(12, dtype=torch.int64)}), "no finite number"),
        (odd(**{"input.bias": torch.full((12,), float("nan"))}), "no finite number"),
        (odd(**{"input.bias": torch.zeros(12, dtype=torch.complex64)}), "no finite number"),
        (odd(**{"input.bias": torch.zeros(12).to_sparse()}), "no plain tensor of numbers"),
        (odd(**{"input.weight": torch.zeros(12)}), "not a network of this kind"),
        (
            odd(**{"input.weight": torch.zeros(1, 1).expand(10**12, 80)}),
            "found 1,000,000,000,000 numbers between blocks, expected 1 to 1,024",
        ),
        (odd(**{"base.input.weight": torch.zeros(5000, 5)}), "found 5,000 hidden units"),
        (odd(**{"input.weight": torch.zeros(12, 40)}), "it takes 40 mel bands, expected 80"),
        (odd(**{"blocks.7777777777.mix.weight": torch.zeros(1)}), "an unknown tensor blocks.77"),
        (
            odd(**{"\x1b[2J" + "x" * 5000: torch.zeros(1)}),
            "an unknown tensor \N{REPLACEMENT CHARACTER}[2Jxxx",
        ),
        (many_blocks(), "found 5,000 blocks, expected 1 to 8"),
    ],
)
def test_odd_tensors_are_refused_before_anything_is_made(
    tmp_path: Path, tensors: dict[str, torch.Tensor], expected: str
) -> None:
    tensors = {name: one for name, one in tensors.items() if name != "columns"}
    torch.save(tensors, tmp_path / "odd.pt")
    out = tmp_path / "out.safetensors"
    started = perf_counter()
    result = ran("train", "expand", str(tmp_path / "odd.pt"), "-o", str(out))
    assert perf_counter() - started < 20.0
    assert result.exit_code == 2
    assert expected in result.output
    assert len(result.output) < 600
    assert "\x1b" not in result.output
    assert not out.exists()
