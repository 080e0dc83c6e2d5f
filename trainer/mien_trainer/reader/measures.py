"""How well a reader reads, in numbers."""

from __future__ import annotations

import csv
import io
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from mien.reading.linear import confidence_of
from mien.reading.model import Model as AnyModel
from mien.reading.pieces import pieces_of
from mien.reading.reader import Reader
from mien.reading.reading import strength_of
from mien.reading.readings import COUNTED
from mien.reading.tokens import normal, tokens_of
from mien.reading.transformer import TransformerModel
from mien.reading.weights import AXES
from mien_trainer.fault import read_bytes
from mien_trainer.reader.calibrate import best_thresholds, f1
from mien_trainer.reader.corpora import CORPUS, Example, corpus_examples, opened
from mien_trainer.reader.disturb import DISTURBANCES
from mien_trainer.reader.fit import Model, fit, rows_of
from mien_trainer.reader.lesson import corpus_parts, counted, label_targets
from mien_trainer.reader.patterns import expand
from mien_trainer.reader.recipe import Corpus, Recipe, VadTest
from mien_trainer.reader.train import Steps, measured

F64 = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_TENTHS = 10
_SOME = 1000
_TIMED = 300
_NEGATED = ("not", "no", "never", "nothing", "nobody", "without")


@frozen(kw_only=True)
class Tenth:
    """Of the texts with a confidence in a tenth: how many, how sure, how often right."""

    texts: int
    sure: float
    right: float


@frozen(kw_only=True)
class CorpusMeasures:
    """A reader on the test texts of a corpus, in the labels of its bank.

    ``scores`` is F1 by label that any text has; ``faces`` the mean error of weights beside the face
    of the true label, over texts that have one alone: as read, always neutral, the top label in
    full, the raw mixture; ``negated`` the accuracy on texts with a negation, and their number.
    """

    corpus: str
    texts: int
    scores: dict[str, float]
    right: float
    most_common: float
    tenths: tuple[Tenth, ...]
    faces: dict[str, float]
    negated: tuple[float, int]

    @property
    def macro(self) -> float:
        """The mean of F1 over labels."""
        return sum(self.scores.values()) / max(len(self.scores), 1)


@frozen(kw_only=True)
class AxisAgreement:
    """Pearson's r by axis with the mean of all raters, and of readers with writers: the ceiling."""

    read: tuple[float, ...]
    ceiling: tuple[float, ...]
    texts: int


def corpus_measures(reader: Reader, corpus: str, examples: Sequence[Example]) -> CorpusMeasures:
    """The measures of a reader on texts that it has not seen."""
    weights = reader.weights
    probabilities, _, scripts = measured(reader.model, examples)
    targets = label_targets(examples, weights.labels)
    truth = targets >= COUNTED
    said = probabilities >= weights.thresholds[scripts]
    top = probabilities.argmax(axis=1)
    rows = np.arange(len(top))
    right = truth[rows, top]
    sure = np.array(
        [
            confidence_of(weights, int(script), float(one))
            for script, one in zip(scripts, probabilities[rows, top], strict=True)
        ]
    )
    negated = np.array([_negates(one.text) for one in examples])
    return CorpusMeasures(
        corpus=corpus,
        texts=len(examples),
        scores={
            label: f1(said[:, i], truth[:, i])
            for i, label in enumerate(weights.labels)
            if truth[:, i].any()
        },
        right=float(right.mean()),
        most_common=float(truth.mean(axis=0).max()),
        tenths=tuple(_tenths(sure, right)),
        faces=_face_errors(reader, probabilities, targets, sure),
        negated=(float(right[negated].mean()) if negated.any() else 0.0, int(negated.sum())),
    )


def _negates(text: str) -> bool:
    return any(one.text in _NEGATED or one.text.endswith("n't") for one in tokens_of(text))


def _tenths(sure: F64, right: Flags) -> list[Tenth]:
    found: list[Tenth] = []
    for tenth in range(_TENTHS):
        inside = (np.minimum(sure * _TENTHS, _TENTHS - 1).astype(int)) == tenth
        if inside.any():
            found.append(
                Tenth(
                    texts=int(inside.sum()),
                    sure=float(sure[inside].mean()),
                    right=float(right[inside].mean()),
                )
            )
    return found


def _face_errors(reader: Reader, probabilities: F64, targets: F32, sure: F64) -> dict[str, float]:
    bank, labels = reader.bank, reader.weights.labels
    faces = np.array([bank.face(label) for label in labels], dtype=np.float64)
    neutral = faces[labels.index(reader.weights.neutral)]
    alone = (targets >= COUNTED).sum(axis=1) == 1
    probabilities, targets, sure = probabilities[alone], targets[alone], sure[alone]
    true = faces[targets.argmax(axis=1)]
    top = faces[probabilities.argmax(axis=1)]
    shown = np.array([strength_of(float(one)) for one in sure])[:, None]
    mixed = (probabilities / probabilities.sum(axis=1, keepdims=True)) @ faces
    return {
        "as read": float(np.abs(neutral + shown * (top - neutral) - true).mean()),
        "always neutral": float(np.abs(neutral - true).mean()),
        "top label in full": float(np.abs(top - true).mean()),
        "raw mixture": float(np.abs(mixed - true).mean()),
    }


def own_label_score(
    model: AnyModel, recipe: Recipe, corpus: Corpus, data: Path, step: Steps
) -> tuple[float, int]:
    """Macro-F1 on a corpus's own labels, and their number.

    A transformer that was taught them is asked for them; else a linear model of the same features
    is fitted to them.
    """
    names = corpus.names
    identity = {name: {name: 1.0} for name in names}
    train, held = corpus_parts(corpus, data, identity)
    test = corpus_examples(corpus, corpus.test, data, identity) if corpus.test else []
    if isinstance(model, TransformerModel) and model.weights.corpora.get(corpus.name) == names:
        told = step("reading own labels", len(held) + len(test))
        before, after = (_own_logits(model, corpus.name, part, told) for part in (held, test))
    else:
        fitted = _fitted(recipe, train, names, step)
        before, after = _logits(fitted, held), _logits(fitted, test)
    ways = best_thresholds(before, label_targets(held, names) >= COUNTED)
    truth = label_targets(test, names) >= COUNTED
    said = after >= ways
    scores = [f1(said[:, i], truth[:, i]) for i in range(len(names)) if truth[:, i].any()]
    return float(np.mean(scores)), len(scores)


def _fitted(recipe: Recipe, train: list[Example], names: Sequence[str], step: Steps) -> Model:
    texts = counted(train, step("counting features", len(train)))
    ones = np.ones(len(train), dtype=np.float32)
    return fit(
        texts,
        label_targets(train, names),
        ones,
        len(names),
        recipe.features,
        recipe.fit,
        recipe.seed,
        step("fitting", 2 * recipe.fit.rounds),
    )


def _own_logits(
    model: TransformerModel, corpus: str, examples: Sequence[Example], step: Callable[[], None]
) -> F64:
    weights = model.weights
    start = len(weights.labels) + AXES
    for name in sorted(weights.corpora):
        if name == corpus:
            break
        start += len(weights.corpora[name])
    found = np.zeros((len(examples), len(weights.corpora[corpus])))
    for i, one in enumerate(examples):
        pieces = pieces_of(
            weights.vocabulary, normal(one.text), tokens_of(one.text), weights.shape.longest
        )
        outputs = model.outputs([piece.number for piece in pieces])
        found[i] = outputs[start : start + found.shape[1]]
        step()
    return found


def _logits(model: Model, examples: Sequence[Example]) -> F64:
    rows = rows_of(counted(examples), model.features)
    found = np.tile(model.bias.astype(np.float64), (len(examples), 1))
    for i in range(len(examples)):
        here = slice(rows.starts[i], rows.starts[i + 1])
        found[i] += rows.values[here] @ model.weights[rows.columns[here]]
    return found


def vad_agreement(reader: Reader, test: VadTest, data: Path) -> AxisAgreement:
    """How VAD of texts agrees with what people said of them, on the part called test."""
    rows = [
        row for row in csv.DictReader(io.StringIO(opened(test, data))) if row["split"] == "test"
    ]
    _, read, _ = measured(reader.model, [Example(row["text"], {}) for row in rows])
    said = np.array([[float(row[axis]) for axis in "VAD"] for row in rows])
    by = {
        name: {row["id"]: row for row in csv.DictReader(io.StringIO(opened(part, data)))}
        for name, part in (("readers", test.readers), ("writers", test.writers))
    }
    both = [row["id"] for row in rows if row["id"] in by["readers"] and row["id"] in by["writers"]]
    ceiling = [
        _r(
            np.array([float(by["readers"][one][axis]) for one in both]),
            np.array([float(by["writers"][one][axis]) for one in both]),
        )
        for axis in "VAD"
    ]
    found = tuple(_r(read[:, i], said[:, i]) for i in range(3))
    return AxisAgreement(read=found, ceiling=tuple(ceiling), texts=len(rows))


def robustness(reader: Reader, examples: Sequence[Example]) -> dict[str, float]:
    """The share of texts whose top label stays when they are written another way."""
    some = examples[:: max(len(examples) // _SOME, 1)]
    before = measured(reader.model, some)[0].argmax(axis=1)
    found: dict[str, float] = {}
    for name, change in DISTURBANCES.items():
        changed = [Example(change(one.text), one.targets) for one in some]
        after = measured(reader.model, changed)[0].argmax(axis=1)
        found[name] = float((before == after).mean())
    return found


def list_score(reader: Reader, path: Path) -> tuple[int, int, list[str]]:
    """Of a list (labels that are right, a sentence): how many are right, of how many, the rest.

    After a "!" stand labels that are wrong; every other one is right then.
    """
    lines = read_bytes(path, CORPUS).decode("utf-8").splitlines()
    wrong: list[str] = []
    for line in lines:
        meant, _, sentence = line.partition("\t")
        label = reader(sentence).label
        if (label in meant.removeprefix("!").split(",")) is meant.startswith("!"):
            wrong.append(f"{sentence} ({label})")
    return len(lines) - len(wrong), len(lines), wrong


def swap_score(reader: Reader, path: Path) -> tuple[int, int, list[str]]:
    """Of patterns whose choices must not move the label: in how many it stays, and the others."""
    lines = read_bytes(path, CORPUS).decode("utf-8").splitlines()
    moved: list[str] = []
    for line in lines:
        labels = {one: reader(one).label for one in expand(line)}
        if len(set(labels.values())) > 1:
            moved.append(f"{line} ({', '.join(sorted(set(labels.values())))})")
    return len(lines) - len(moved), len(lines), moved


def speed(reader: Reader, examples: Sequence[Example]) -> tuple[float, float]:
    """Milliseconds of one core a text, and the most memory that the program has had, in MiB."""
    some = [one.text for one in examples[:_TIMED]]
    for text in some[:20]:
        reader(text)
    start = time.process_time()
    for text in some:
        reader(text)
    took = (time.process_time() - start) / max(len(some), 1)
    return took * 1000.0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def _r(one: F64, other: F64) -> float:
    return float(np.corrcoef(one, other)[0, 1])
