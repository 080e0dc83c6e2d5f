"""A recipe and its data to a reader that is a transformer."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from attrs import evolve, frozen

from mien.artifact.container import pack, unpack
from mien.reading.model import model_of
from mien.reading.pieces import INSIDE, Vocabulary
from mien.reading.readings import COUNTED
from mien.reading.tokens import Token, tokens_of
from mien.reading.transformer_weights import Bytes, Shape, TransformerWeights
from mien.reading.weights import AXES, CALIBRATION, F32, Weights
from mien.text.atomic import write_atomic
from mien.text.regular_file import CHECKPOINT
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.reader import encoder
from mien_trainer.reader.curriculum import Curriculum
from mien_trainer.reader.fit import Counts, counts_of
from mien_trainer.reader.lesson import Lesson, label_targets, lesson_of
from mien_trainer.reader.mix import F64, Mix, mix_of
from mien_trainer.reader.network import Transformer, Widths
from mien_trainer.reader.recipe import Recipe, TransformerChoice
from mien_trainer.reader.soft_targets import unseen_logits
from mien_trainer.reader.train import Steps, calibrated, measured, train_linear
from mien_trainer.reader.transformer_export import matrices_of, vectors_of
from mien_trainer.reader.transformer_lesson import (
    OwnLabels,
    corpus_texts,
    curriculum_of,
    own_labels,
)
from mien_trainer.reader.transformer_train import Student, train
from mien_trainer.reader.vocabulary import vocabulary_of

_LEAST_SHARE = 0.01


def train_transformer(
    recipe: Recipe, choice: TransformerChoice, data: Path, folder: Path, step: Steps
) -> TransformerWeights:
    """The transformer that a recipe makes of the data in a folder.

    What is slow is kept in ``folder``, from where a training that was killed goes on.
    ``step(what, many)`` is as for `mien_trainer.reader.train.train_reader`.

    Raises:
        TrainerError: a file of the data is missing, another, or cannot be read; the teacher is not
            installed; the folder holds another training.
        SourceError: the readings do not fit their bank.
    """
    lesson = lesson_of(recipe, data)
    material = material_of(recipe, choice, lesson, data, folder, step)
    model = trained(recipe, choice, material, folder, step)
    linear = train_linear(recipe, lesson, step)
    raw = weights_of(linear, model, material, linear if choice.linear else None)
    if choice.linear:
        raw = mixed(raw, _best_mix(raw, lesson, step))
    return calibrated(raw, lesson, step("calibrating", len(lesson.calibrate)))


@frozen(kw_only=True, eq=False)
class Material:
    """Everything that a transformer is trained on; ``start`` (V, E) are its first embeddings."""

    curriculum: Curriculum
    vocabulary: Vocabulary
    corpora: dict[str, tuple[str, ...]]
    start: F32
    rare: F32


def material_of(
    recipe: Recipe, choice: TransformerChoice, lesson: Lesson, data: Path, folder: Path, step: Steps
) -> Material:
    """What the lesson becomes for a transformer; the slow parts of it are kept in ``folder``.

    Raises:
        TrainerError: the teacher is not installed, or the folder holds something else.
    """
    own = own_labels(recipe, data, len(lesson.train))
    words = list(lesson.norms)
    texts = [*(one.text for one in lesson.train), *words]
    tokens = _tokens(texts, step("reading texts", len(texts)))
    vocabulary = vocabulary_of([*tokens, *tokens[len(lesson.train) :]], choice.pieces, choice.least)
    names = [piece.removeprefix(INSIDE) for piece in vocabulary.pieces]
    asked = sorted({*texts, *names})
    told = step("asking the teacher", encoder.parts(asked))
    said = dict(zip(asked, encoder.vectors_of(asked, folder, told), strict=True))
    vectors = np.array([said[text] for text in texts])
    softer = _softer(recipe, choice, lesson, own, folder, step)
    return Material(
        curriculum=curriculum_of(
            lesson, own, vectors, softer, choice.fit.soft, vocabulary, tokens, choice.longest
        ),
        vocabulary=vocabulary,
        corpora=own.names,
        start=_components(np.array([said[name] for name in names]), choice.embedding),
        rare=_rare(lesson, choice.fit.rare),
    )


def trained(
    recipe: Recipe, choice: TransformerChoice, material: Material, folder: Path, step: Steps
) -> Transformer:
    """The transformer, trained; one that was killed goes on from the folder's checkpoint.

    Raises:
        TrainerError: the folder holds another training.
    """
    torch.manual_seed(recipe.seed)
    model = Transformer(
        Shape(passes=choice.passes, heads=choice.heads, reach=choice.reach, longest=choice.longest),
        Widths(
            embedding=choice.embedding, hidden=choice.hidden, feed=choice.feed, pool=choice.pool
        ),
        len(material.vocabulary.pieces),
        material.curriculum.targets.shape[1],
    )
    model.embedding.weight.data.copy_(torch.as_tensor(material.start))
    student = Student(model, encoder.VECTOR)
    fit = choice.fit
    told = step("training", fit.pretrain + fit.rounds)
    identity = _identity(recipe, material)
    rare = torch.as_tensor(material.rare)
    train(student, material.curriculum, fit, recipe.seed, folder, identity, rare, told)
    return model.eval()


def weights_of(
    facts: Weights, model: Transformer, material: Material, linear: Weights | None
) -> TransformerWeights:
    """The numbers of a transformer for a reader whose other facts are those of ``facts``."""
    pieces = "\n".join(material.vocabulary.pieces).encode()
    return TransformerWeights(
        name=facts.name,
        version=facts.version,
        bank=facts.bank,
        labels=facts.labels,
        neutral=facts.neutral,
        made_from={**facts.made_from, "vocabulary": hashlib.sha256(pieces).hexdigest()},
        licence=facts.licence,
        credits=(*facts.credits, encoder.CREDIT),
        **{name: getattr(facts, name) for name in CALIBRATION},
        shape=model.shape,
        corpora=material.corpora,
        vocabulary=material.vocabulary,
        matrices=matrices_of(model),
        vectors=vectors_of(model),
        linear=linear,
    )


def mixed(weights: TransformerWeights, mix: Mix) -> TransformerWeights:
    """The same reader with both parts' logits weighed, and VAD the mean of both."""
    if weights.linear is None:
        return weights
    labels = len(weights.labels)
    own = np.concatenate((mix.transformer, np.full(AXES, 0.5)))
    others = np.concatenate((mix.linear, np.full(AXES, 0.5))).astype(np.float32)
    head, bias = weights.matrices["head"], weights.vectors["head.bias"].copy()
    scale = head.scale.copy()
    scale[: labels + AXES] *= own.astype(np.float32)
    bias[: labels + AXES] *= own.astype(np.float32)
    bias[:labels] += mix.bias.astype(np.float32)
    return evolve(
        weights,
        matrices={**weights.matrices, "head": Bytes(head.values, scale)},
        vectors={**weights.vectors, "head.bias": bias},
        linear=evolve(
            weights.linear, scale=weights.linear.scale * others, bias=weights.linear.bias * others
        ),
    )


def _best_mix(raw: TransformerWeights, lesson: Lesson, step: Steps) -> Mix:
    held = lesson.calibrate
    parts = [model_of(evolve(raw, linear=None)), model_of(raw.linear or raw)]
    said: list[F64] = []
    for part in parts:
        probabilities, _, _ = measured(part, held, step("weighing", len(held)))
        inside = np.clip(probabilities, 1e-9, 1.0 - 1e-9)
        said.append(np.log(inside / (1.0 - inside)))
    return mix_of(said[0], said[1], label_targets(held, raw.labels) >= COUNTED)


def _tokens(texts: Sequence[str], step: Callable[[], None]) -> list[list[Token]]:
    found: list[list[Token]] = []
    for text in texts:
        found.append(tokens_of(text))
        step()
    return found


def _components(vectors: F32, width: int) -> F32:
    """The principal components (n, width) of vectors, spread to 1 all together."""
    centred = vectors - vectors.mean(axis=0)
    _, _, ways = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component is the library's whim: the largest number of each is made positive.
    ways = (
        ways[:width] * np.sign(ways[np.arange(width), np.abs(ways[:width]).argmax(axis=1)])[:, None]
    )
    found = centred @ ways.T
    spread: F32 = (found / found.std()).astype(np.float32)
    return spread


def _rare(lesson: Lesson, power: float) -> F32:
    share = label_targets(lesson.train, lesson.bank.labels).mean(axis=0)
    more: F32 = (np.maximum(0.1 / np.maximum(share, _LEAST_SHARE), 1.0) ** power).astype("f4")
    return more


def _softer(
    recipe: Recipe,
    choice: TransformerChoice,
    lesson: Lesson,
    own: OwnLabels,
    folder: Path,
    step: Steps,
) -> F32:
    """Probabilities (m, L + own labels) of texts of corpora, by readers that have not seen them."""
    many = corpus_texts(own)
    some = lesson.train[:many]
    targets = np.concatenate((label_targets(some, lesson.bank.labels), own.targets[:many]), axis=1)
    digest = hashlib.sha256(
        f"{recipe.sha256} {choice.fit.folds} ".encode() + targets.tobytes()
    ).hexdigest()
    path = folder / f"softer-{digest[:16]}.safetensors"
    if not path.exists():
        told = step("counting features", many)
        counts: list[Counts] = []
        for one in some:
            counts.append(counts_of(one.text))
            told()
        folds = choice.fit.folds
        told = step("reading what was not seen", folds * recipe.fit.rounds)
        texts = [one.text for one in some]
        logits = unseen_logits(texts, counts, targets, recipe.fit, folds, recipe.seed, told)
        probabilities = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
        write_atomic(path, pack({"probabilities": probabilities}, digest))
    tensors, kept = unpack(read_bytes(path, CHECKPOINT))
    if kept != digest:
        raise TrainerError(f"{path}: of another training; delete it")
    return tensors["probabilities"].astype(np.float32)


def _identity(recipe: Recipe, material: Material) -> str:
    digest = hashlib.sha256(recipe.sha256.encode())
    digest.update("\n".join(material.vocabulary.pieces).encode())
    digest.update(material.curriculum.targets.tobytes())
    digest.update(material.start.tobytes())
    return digest.hexdigest()
