"""The training of a transformer: a teacher's vectors and masked words first, then labels and VAD.

A training that is killed goes on where its last round ended, bit for bit on the same machine.
"""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.artifact.container import Array, pack, unpack
from mien.errors import ArtifactError
from mien.reading.pieces import MASK, SPECIAL
from mien.reading.weights import AXES
from mien.text.atomic import write_atomic
from mien.text.regular_file import CHECKPOINT
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.reader.curriculum import Batch, Curriculum, batches
from mien_trainer.reader.network import Transformer
from mien_trainer.reader.recipe import TransformerFit

_CLIP = 1.0
_WARM = 0.06


class Student(nn.Module):
    """A transformer with the heads that it is taught by and that are left behind."""

    def __init__(self, model: Transformer, vector: int) -> None:
        super().__init__()
        self.model = model
        self.teacher = nn.Linear(model.pool.out_features, vector)
        self.masked = nn.Linear(model.project.out_features, model.project.in_features)
        self.masked_bias = nn.Parameter(torch.zeros(model.embedding.num_embeddings))


def train(
    student: Student,
    lesson: Curriculum,
    settings: TransformerFit,
    seed: int,
    folder: Path,
    identity: str,
    rare: Tensor,
    step: Callable[[], None],
) -> None:
    """Train in place, going on from the folder's checkpoint if it has one of this training.

    ``identity`` names the training: all that it follows from. ``rare`` (L,) says how much more
    texts of a label count. ``step`` is called after every round, whose losses go into
    losses.tsv in the folder.

    Raises:
        TrainerError: the folder holds a checkpoint of another training.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    optimizer = _optimizer(student, settings)
    rounds = settings.pretrain + settings.rounds
    longest = student.model.shape.longest
    many = [
        sum(1 for _ in batches(lesson, seed, i, settings.batch, longest)) for i in range(rounds)
    ]
    total = sum(many)
    path = folder / "training.safetensors"
    first = _resume(path, identity, student, optimizer) if path.exists() else 0
    taken = sum(many[:first])
    for turn in range(first, rounds):
        student.train()
        sums = np.zeros(4)
        for batch in batches(lesson, seed, turn, settings.batch, longest):
            rate = settings.rate * _share(taken, total)
            for group in optimizer.param_groups:
                group["lr"] = rate
            losses = _losses(student, lesson, batch, settings, turn, rare)
            loss = cast("Tensor", sum(losses))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), _CLIP)
            optimizer.step()
            sums += [float(one.detach()) for one in losses]
            taken += 1
        write_atomic(path, _kept(identity, student, optimizer, turn + 1))
        _note(folder / "losses.tsv", turn, sums / many[turn])
        step()


def _note(path: Path, turn: int, losses: npt.NDArray[np.float64]) -> None:
    """Add a round's losses to a table for people."""
    names = () if path.exists() else (("round", *_LOSSES),)
    rows = [*names, (str(turn), *(f"{one:.4f}" for one in losses))]
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines("\t".join(row) + "\n" for row in rows)


_LOSSES = ("vectors", "words", "labels", "vad")


def _losses(
    student: Student,
    lesson: Curriculum,
    batch: Batch,
    settings: TransformerFit,
    turn: int,
    rare: Tensor,
) -> list[Tensor]:
    """The four losses of a batch, each with its weight."""
    early = turn < settings.pretrain
    pieces, lengths = torch.as_tensor(batch.pieces), torch.as_tensor(batch.lengths)
    hidden = torch.zeros_like(pieces, dtype=torch.bool)
    shown = pieces
    share = settings.masked if early else settings.masked / 3
    if share:
        hidden = (torch.rand(pieces.shape) < share) & (pieces >= len(SPECIAL))
        shown = pieces.masked_fill(hidden, MASK)
    with torch.autocast("cpu", torch.bfloat16):
        words = student.model.words(shown, lengths, settings.dropout)
        pooled = student.model.pooled(words, lengths, settings.dropout)
        said = student.model.head(pooled).float()
        vector = student.teacher(pooled).float()
        zero = torch.zeros(())
        guess = zero
        if early and bool(hidden.any()):
            logits = student.masked(words[hidden]) @ student.model.embedding.weight.T
            guess = functional.cross_entropy(logits.float() + student.masked_bias, pieces[hidden])
    true = torch.as_tensor(lesson.vectors[batch.rows])
    there = true.square().sum(-1) > 0.0
    near = (1.0 - functional.cosine_similarity(vector, true, dim=-1)) * there
    near = near.mean() * (1.0 if early else settings.vectors)
    targets = torch.as_tensor(lesson.targets[batch.rows])
    weights = torch.as_tensor(lesson.weights[batch.rows])
    labels, vad = _label_loss(said, targets, weights, rare)
    late = 0.3 if early else 1.0
    return [near * 4.0, guess * settings.words, labels * late, vad * settings.vad * late]


def _label_loss(
    said: Tensor, targets: Tensor, weights: Tensor, rare: Tensor
) -> tuple[Tensor, Tensor]:
    """Logistic loss over all labels, and squared error over VAD; the unknown counts nothing."""
    known = ~targets.isnan()
    targets = targets.nan_to_num()
    place = torch.arange(targets.shape[1])
    points = (place >= len(rare)) & (place < len(rare) + AXES)
    more = torch.ones(targets.shape[1])
    more[: len(rare)] = rare
    each = functional.binary_cross_entropy_with_logits(said, targets, reduction="none")
    each = each * (1.0 + (more - 1.0) * targets) * known * ~points
    labels = (each.sum(-1) * weights).mean() / len(rare) * 8.0
    apart = (said - targets).square() * known * points
    return labels, (apart.sum(-1) * weights).mean()


def _share(taken: int, total: int) -> float:
    """The rate of learning at a step, of the highest: up in a line, down in half a cosine."""
    warm = max(int(total * _WARM), 1)
    if taken < warm:
        return (taken + 1) / warm
    return 0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * (taken - warm) / max(total - warm, 1)))


def _optimizer(student: Student, settings: TransformerFit) -> torch.optim.Optimizer:
    """AdamW that pulls matrices alone to 0."""
    flat = [one for one in student.parameters() if one.ndim < 2]
    wide = [one for one in student.parameters() if one.ndim >= 2]
    return torch.optim.AdamW(
        [{"params": wide, "weight_decay": settings.decay}, {"params": flat, "weight_decay": 0.0}],
        lr=settings.rate,
        betas=(0.9, 0.98),
    )


def _kept(identity: str, student: Student, optimizer: torch.optim.Optimizer, turn: int) -> bytes:
    tensors: dict[str, Array] = {}
    for name, one in student.named_parameters():
        tensors[f"model.{name}"] = one.detach().numpy()
        for kind, state in optimizer.state.get(one, {}).items():
            tensors[f"optimizer.{name}.{kind}"] = state.detach().float().numpy()
    tensors["random"] = torch.get_rng_state().numpy().view(np.int32)
    return pack(tensors, f"{identity} {turn}")


def _resume(path: Path, identity: str, student: Student, optimizer: torch.optim.Optimizer) -> int:
    try:
        tensors, text = unpack(read_bytes(path, CHECKPOINT))
    except ArtifactError as error:
        raise TrainerError(f"{path}: {error}") from None
    kept, _, turn = text.rpartition(" ")
    if kept != identity:
        raise TrainerError(f"{path}: of another recipe, or of other data; take an empty folder")
    for name, one in student.named_parameters():
        one.data.copy_(torch.as_tensor(tensors[f"model.{name}"].copy()))
        prefix = f"optimizer.{name}."
        optimizer.state[one] = {
            key.removeprefix(prefix): torch.as_tensor(value.copy())
            for key, value in tensors.items()
            if key.startswith(prefix)
        }
    torch.set_rng_state(torch.as_tensor(tensors["random"].copy().view(np.uint8)))
    return int(turn)
