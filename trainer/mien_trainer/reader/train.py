"""A recipe and its data to the file of a reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from attrs import evolve

from mien.reading.frozen import sentence_files_sha256
from mien.reading.model import Model as AnyModel
from mien.reading.model import model_of
from mien.reading.readings import COUNTED
from mien.reading.tokens import script_of, tokens_of
from mien.reading.weights import AXES, KNOTS, QUANTILES, SCRIPTS, Facts, Weights
from mien.text.suggest import aliased_label
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.reader.calibrate import (
    best_thresholds,
    confidence_curve,
    directions,
    quantiles_of,
)
from mien_trainer.reader.corpora import CORPUS, Example
from mien_trainer.reader.fit import Model, fit
from mien_trainer.reader.lesson import Lesson, counted, label_targets, lesson_of, vad_targets
from mien_trainer.reader.recipe import Recipe, sentence_file

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Steps = Callable[[str, int], Callable[[], None]]
AnyFacts = TypeVar("AnyFacts", bound=Facts)

NEUTRAL = "neutral"
"""The label of texts that say nothing, by this name or another word for it."""

_LARGEST_BYTE = 127
_QUANTILE_TEXTS = 10
"""Every tenth text that is learnt says how strong texts of its label are."""


def train_reader(recipe: Recipe, data: Path, step: Steps) -> Weights:
    """The linear reader that a recipe makes of the data in a folder.

    ``step(what, many)`` is called before each part of the work and gives what to call as it goes.

    Raises:
        TrainerError: a file of the data is missing, another, or cannot be read.
        SourceError: the readings do not fit their bank.
    """
    return train_linear(recipe, lesson_of(recipe, data), step)


def train_linear(recipe: Recipe, lesson: Lesson, step: Steps) -> Weights:
    """The linear reader that a recipe makes of a lesson.

    Raises:
        TrainerError: the bank has no neutral label.
    """
    neutral = aliased_label(NEUTRAL, lesson.bank.labels, lesson.bank.aliases)
    if neutral is None:
        raise TrainerError(f"{lesson.bank.source} has no label {NEUTRAL}, for texts without words")
    learnt = (*lesson.train, *(Example(word, {}) for word in lesson.norms))
    texts = counted(learnt, step("counting features", len(learnt)))
    weights = np.array([one.weight for one in learnt], dtype=np.float32)
    model = fit(
        texts,
        targets_of_all(lesson),
        weights,
        len(lesson.bank.labels),
        recipe.features,
        recipe.fit,
        recipe.seed,
        step("fitting", 2 * recipe.fit.rounds),
    )
    raw = _quantised(recipe, lesson, model, neutral)
    return calibrated(raw, lesson, step("calibrating", len(lesson.calibrate)))


def targets_of_all(lesson: Lesson) -> F32:
    """Targets (n, L + 3) of all texts, then of all words, which teach VAD alone."""
    labels = label_targets(lesson.train, lesson.bank.labels)
    untold = np.full((len(lesson.norms), labels.shape[1]), np.nan, dtype=np.float32)
    norms = np.array(list(lesson.norms.values()), dtype=np.float32).reshape(-1, AXES)
    texts = np.concatenate((labels, vad_targets(lesson)), axis=1)
    return np.concatenate((texts, np.concatenate((untold, norms), axis=1)))


def made_from(recipe: Recipe, lesson: Lesson, features: npt.NDArray[np.uint32]) -> dict[str, str]:
    """The digests of what a reader is made from."""
    vocabulary = features.astype("<u4").tobytes()
    return {
        "recipe": recipe.sha256,
        "readings": lesson.readings.sha256,
        "sentences": sentences_sha256(recipe),
        "vocabulary": hashlib.sha256(vocabulary).hexdigest(),
        "bank": lesson.bank.digest,
    }


def sentences_sha256(recipe: Recipe) -> str:
    """The digest of the files of sentences that a recipe names."""
    own = [read_bytes(sentence_file(one, recipe.folder), CORPUS) for one in recipe.sentences]
    return sentence_files_sha256(own)


def _quantised(recipe: Recipe, lesson: Lesson, model: Model, neutral: str) -> Weights:
    most = np.abs(model.weights).max(axis=0) if len(model.weights) else np.ones(len(model.bias))
    scale = np.maximum(most / _LARGEST_BYTE, 1e-9).astype(np.float32)
    table = np.rint(model.weights / scale).astype(np.int8)
    labels, scripts = len(lesson.bank.labels), len(SCRIPTS)
    owed = [corpus.credit for corpus in recipe.corpora]
    owed += [one.credit for one in (recipe.emoji, recipe.words) if one is not None]
    return Weights(
        name=recipe.name,
        version=recipe.version,
        bank=lesson.bank.id,
        labels=lesson.bank.labels,
        neutral=neutral,
        made_from=made_from(recipe, lesson, model.features),
        licence=recipe.licence,
        credits=tuple(owed),
        features=model.features,
        table=table,
        scale=scale,
        bias=model.bias,
        confidence=np.tile(np.linspace(0, 1, KNOTS, dtype=np.float32), (scripts, 1)),
        thresholds=np.full((scripts, labels), 0.5, dtype=np.float32),
        direction=directions(lesson.bank),
        quantiles=np.zeros((labels, QUANTILES), dtype=np.float32),
    )


def calibrated(raw: AnyFacts, lesson: Lesson, step: Callable[[], None]) -> AnyFacts:
    """A reader whose raw numbers are given their meaning, on texts kept apart."""
    probabilities, _, scripts = measured(model_of(raw), lesson.calibrate, step)
    truth = label_targets(lesson.calibrate, raw.labels) >= COUNTED
    confidence, thresholds = raw.confidence.copy(), raw.thresholds.copy()
    for script in range(len(SCRIPTS)):
        own = scripts == script
        if own.any():
            top = probabilities[own].argmax(axis=1)
            right = truth[own][np.arange(len(top)), top]
            confidence[script] = confidence_curve(probabilities[own].max(axis=1), right)
            thresholds[script] = best_thresholds(probabilities[own], truth[own])
    some = lesson.train[::_QUANTILE_TEXTS]
    read, vad, _ = measured(model_of(raw), some)
    quantiles = quantiles_of(vad, read.argmax(axis=1), raw.direction)
    return evolve(raw, confidence=confidence, thresholds=thresholds, quantiles=quantiles)


def measured(
    model: AnyModel, examples: Sequence[Example], step: Callable[[], None] | None = None
) -> tuple[F64, F64, npt.NDArray[np.int64]]:
    """Probabilities (n, L), VAD (n, 3) and scripts (n,) of texts, as the reader reads them."""
    probabilities = np.zeros((len(examples), len(model.weights.labels)))
    vad = np.zeros((len(examples), 3))
    scripts = np.zeros(len(examples), dtype=np.int64)
    for i, one in enumerate(examples):
        tokens = tokens_of(one.text)
        scores = model.scores(one.text, tokens)
        probabilities[i], vad[i], scripts[i] = scores.probabilities, scores.vad, script_of(tokens)
        if step is not None:
            step()
    return probabilities, vad, scripts
