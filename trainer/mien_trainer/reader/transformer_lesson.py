"""A lesson as arrays for a transformer: softer targets, VAD, and the teacher's vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import frozen

from mien.reading.pieces import Vocabulary, pieces_of
from mien.reading.tokens import Token, normal
from mien.reading.weights import AXES, F32
from mien_trainer.reader.corpora import Example
from mien_trainer.reader.curriculum import Curriculum
from mien_trainer.reader.lesson import Lesson, corpus_parts, label_targets
from mien_trainer.reader.recipe import Recipe

_RIDGE = 10.0
_WORD = 0.5
"""How much a word with norms counts, beside a text."""

_TURNS = 3
"""Own sentences and words are in every third round."""

_UNKNOWN = (np.nan, np.nan, np.nan)

_SAID = 0.25
"""The share of the norms of a text's words in its VAD, where it has any."""


@frozen(kw_only=True, eq=False)
class OwnLabels:
    """The own labels of corpora, by name, and targets (n, all of them) for all texts."""

    names: dict[str, tuple[str, ...]]
    targets: F32


def own_labels(recipe: Recipe, data: Path, many: int) -> OwnLabels:
    """The own labels of a recipe's corpora; the texts of corpora are the first of ``many``.

    Raises:
        TrainerError: as `corpus_parts`.
    """
    places = {corpus.name: corpus.names for corpus in recipe.corpora}
    names = {name: places[name] for name in sorted(places)}
    targets = np.full((many, sum(map(len, names.values()))), np.nan, dtype=np.float32)
    start = 0
    for corpus in recipe.corpora:
        identity = {name: {name: 1.0} for name in corpus.names}
        learnt, _ = corpus_parts(corpus, data, identity)
        column = sum(len(own) for name, own in names.items() if name < corpus.name)
        here = (slice(start, start + len(learnt)), slice(column, column + len(corpus.names)))
        targets[here] = label_targets(learnt, corpus.names)
        start += len(learnt)
    return OwnLabels(names=names, targets=targets)


def corpus_texts(own: OwnLabels) -> int:
    """How many texts are of corpora: those that come first and have own labels."""
    return int((~np.isnan(own.targets)).any(axis=1).sum())


def curriculum_of(
    lesson: Lesson,
    own: OwnLabels,
    vectors: F32,
    softer: F32,
    soft: float,
    vocabulary: Vocabulary,
    tokens: Sequence[Sequence[Token]],
    longest: int,
) -> Curriculum:
    """The texts of a lesson, then its words with norms.

    ``vectors`` (n, d) and ``tokens`` are of all of them; ``softer`` (m, L + own labels) are
    probabilities for the texts of corpora, which count ``soft`` against the targets.
    """
    texts, words = len(lesson.train), list(lesson.norms)
    labels = len(lesson.bank.labels)
    hard = np.concatenate((label_targets(lesson.train, lesson.bank.labels), own.targets), axis=1)
    many = len(softer)
    hard[:many] = (1.0 - soft) * hard[:many] + soft * softer
    targets = np.full((texts + len(words), labels + AXES + own.targets.shape[1]), np.nan, "f4")
    targets[:texts, :labels] = hard[:, :labels]
    targets[:texts, labels + AXES :] = hard[:, labels:]
    norms = np.array(list(lesson.norms.values()), dtype=np.float32).reshape(-1, AXES)
    targets[:texts, labels : labels + AXES] = vad_of(lesson, vectors, tokens)
    targets[texts:, labels : labels + AXES] = norms
    weights = np.array([one.weight for one in lesson.train], dtype=np.float32)
    weights[many:] = 1.0
    turn = np.zeros(texts + len(words), dtype=np.int64)
    turn[many:texts] = np.arange(texts - many) % _TURNS + 1
    turn[texts:] = np.arange(len(words)) % _TURNS + 1
    read = [one.text for one in lesson.train] + words
    pieces = tuple(
        tuple(piece.number for piece in pieces_of(vocabulary, normal(text), said, longest))
        for text, said in zip(read, tokens, strict=True)
    )
    return Curriculum(
        pieces=pieces,
        targets=targets,
        vectors=vectors,
        weights=np.concatenate((weights, np.full(len(words), _WORD, dtype=np.float32))),
        turn=turn,
        turns=_TURNS,
    )


def vad_of(lesson: Lesson, vectors: F32, tokens: Sequence[Sequence[Token]]) -> F32:
    """Points (n, 3) for texts, of which nobody measured VAD, from three things that are known.

    The middle points of their labels; what the norms of words say of the teacher's vector of the
    text, by ridge regression; and the mean norms of their own words. The latter two are brought to
    the mean and spread of the first.
    """
    texts, words = len(lesson.train), list(lesson.norms)
    middle = {label: lesson.bank.point(label).tolist() for label in lesson.bank.labels}
    named = np.array([_named(one, middle) for one in lesson.train])
    if not words:
        return named.astype(np.float32)
    norms = np.array(list(lesson.norms.values()))
    known = np.concatenate((vectors, np.ones((len(vectors), 1))), axis=1).astype(np.float64)
    square = known[texts:].T @ known[texts:] + _RIDGE * np.eye(known.shape[1])
    felt = known[:texts] @ np.linalg.solve(square, known[texts:].T @ norms)
    points = (named + _alike(felt, named)) / 2
    own = [
        np.mean(
            [lesson.norms[one.text] for one in said if one.text in lesson.norms] or [_UNKNOWN],
            axis=0,
        )
        for said in tokens[:texts]
    ]
    said = np.array(own)
    has = ~np.isnan(said[:, 0])
    points[has] = (1.0 - _SAID) * points[has] + _SAID * _alike(said[has], named)
    return points.astype(np.float32)


def _alike(
    points: np.typing.NDArray[np.float64], others: np.typing.NDArray[np.float64]
) -> np.typing.NDArray[np.float64]:
    """Points moved and spread as others are."""
    spread = np.maximum(points.std(axis=0), 1e-6)
    found: np.typing.NDArray[np.float64] = (points - points.mean(axis=0)) / spread * others.std(
        axis=0
    ) + others.mean(axis=0)
    return found


def _named(example: Example, middle: dict[str, list[float]]) -> list[float]:
    total = sum(example.targets.values()) or 1.0
    return [
        sum(weight / total * middle[label][axis] for label, weight in example.targets.items())
        for axis in range(AXES)
    ]
