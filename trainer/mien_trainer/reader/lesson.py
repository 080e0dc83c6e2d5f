"""What a reader is taught: all texts of a recipe with the targets of their labels and of VAD."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.bank import Bank
from mien.errors import QueryError
from mien.reading.readings import Mixture, Readings, find_readings, read_readings, require_fitting
from mien.reading.tokens import Kind, tokens_of
from mien.resolve import load_bank, resolve
from mien_trainer.fault import TrainerError
from mien_trainer.reader.corpora import (
    Example,
    corpus_examples,
    emoji_examples,
    sentence_examples,
    word_norms,
)
from mien_trainer.reader.fit import Counts, counts_of
from mien_trainer.reader.recipe import Corpus, Recipe, sentence_file

F32 = npt.NDArray[np.float32]
Norms = Mapping[str, tuple[float, float, float]]

_HELD_OUT = 5
"""Every fifth text calibrates where a corpus has no part for it."""

_EMOJI_ALONE = 0.5
"""How much a copy of a text that keeps its emoji alone counts."""


@frozen(kw_only=True)
class Lesson:
    """What is learnt, and what calibrates it, for the bank that the readings read into."""

    bank: Bank
    readings: Readings
    train: tuple[Example, ...]
    calibrate: tuple[Example, ...]
    norms: Norms


def lesson_of(recipe: Recipe, data: Path) -> Lesson:
    """Everything that a recipe names, read.

    Raises:
        TrainerError: a file of the data is missing, another, or cannot be read.
        SourceError: the readings do not fit their bank.
    """
    try:
        readings = read_readings(find_readings(recipe.readings, recipe.folder))
    except QueryError as error:
        raise TrainerError(str(error)) from None
    bank = load_bank(resolve(readings.bank))
    require_fitting(readings, bank.labels)
    train: list[Example] = []
    calibrate: list[Example] = []
    for corpus in recipe.corpora:
        learnt, held = corpus_parts(corpus, data, mixtures_of(corpus, readings))
        train += learnt
        calibrate += held
    train += [copy for one in train if (copy := _emoji_alone(one)) is not None]
    if recipe.emoji is not None:
        known = readings.corpora.get(recipe.emoji.name, {})
        train += emoji_examples(recipe.emoji, data, known)
    for name in recipe.sentences:
        for one in sentence_examples(sentence_file(name, recipe.folder), bank.labels):
            train.append(Example(one.text, one.targets, one.weight * recipe.fit.own))
    norms = word_norms(recipe.words, data) if recipe.words is not None else {}
    return Lesson(
        bank=bank, readings=readings, train=tuple(train), calibrate=tuple(calibrate), norms=norms
    )


def test_part(corpus: Corpus, data: Path, readings: Readings) -> list[Example]:
    """The test part of a corpus; none where it has none.

    Raises:
        TrainerError: as `lesson_of`.
    """
    if corpus.test is None:
        return []
    return corpus_examples(corpus, corpus.test, data, mixtures_of(corpus, readings))


def counted(examples: Sequence[Example], step: Callable[[], None] | None = None) -> list[Counts]:
    """The features of each text; ``step`` is called after each."""
    found: list[Counts] = []
    for one in examples:
        found.append(counts_of(one.text))
        if step is not None:
            step()
    return found


def label_targets(examples: Sequence[Example], labels: Sequence[str]) -> F32:
    """Targets (n, L)."""
    place = {label: i for i, label in enumerate(labels)}
    targets = np.zeros((len(examples), len(labels)), dtype=np.float32)
    for i, one in enumerate(examples):
        for label, weight in one.targets.items():
            targets[i, place[label]] = weight
    return targets


def vad_targets(lesson: Lesson) -> F32:
    """Points (n, 3) for the texts that are learnt: of their words and of their labels.

    No corpus of texts with VAD may be trained on, so the point of a text is made of two that are
    known: the mean of its words' norms, and the mean of its labels' middle points. Where it has no
    word with norms it is the second alone.
    """
    middle = {label: lesson.bank.point(label).tolist() for label in lesson.bank.labels}
    points = np.zeros((len(lesson.train), 3), dtype=np.float32)
    for i, one in enumerate(lesson.train):
        total = sum(one.targets.values())
        named = np.zeros(3)
        for label, weight in one.targets.items():
            named += weight / total * np.array(middle[label])
        words = [
            lesson.norms[token.text] for token in tokens_of(one.text) if token.text in lesson.norms
        ]
        said = np.mean(words, axis=0) if words else named
        points[i] = (named + said) / 2
    return points


def mixtures_of(corpus: Corpus, readings: Readings) -> Mapping[str, Mapping[str, float]]:
    """How a corpus is read, with every one of its labels.

    Raises:
        TrainerError: the readings lack the corpus, or one of its labels.
    """
    known = readings.corpora.get(corpus.name)
    if known is None:
        raise TrainerError(f"{readings.path}: nothing is said of the corpus {corpus.name}")
    missing = [name for name in corpus.names if name not in known]
    if missing:
        raise TrainerError(f"{readings.path}: corpora.{corpus.name} lacks {', '.join(missing)}")
    return known


def corpus_parts(
    corpus: Corpus, data: Path, mixtures: Mapping[str, Mixture]
) -> tuple[list[Example], list[Example]]:
    """What is learnt of a corpus, and what calibrates.

    Raises:
        TrainerError: as `lesson_of`.
    """
    train = corpus_examples(corpus, corpus.train, data, mixtures)
    if corpus.calibrate is not None:
        return train, corpus_examples(corpus, corpus.calibrate, data, mixtures)
    held = train[::_HELD_OUT]
    return [one for i, one in enumerate(train) if i % _HELD_OUT], held


def _emoji_alone(example: Example) -> Example | None:
    """The emoji of a text that has words too."""
    tokens = tokens_of(example.text)
    emoji = [token.text for token in tokens if token.kind is Kind.EMOJI]
    if not emoji or len(emoji) == len(tokens):
        return None
    return Example(" ".join(emoji), example.targets, example.weight * _EMOJI_ALONE)
