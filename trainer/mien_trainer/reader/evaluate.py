"""All measures of a reader in one record, and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from mien.reading.reader import Reader
from mien.reading.readings import find_readings, read_readings, require_fitting
from mien_trainer.reader.corpora import Example
from mien_trainer.reader.lesson import test_part
from mien_trainer.reader.measures import (
    AxisAgreement,
    CorpusMeasures,
    corpus_measures,
    list_score,
    own_label_score,
    robustness,
    speed,
    swap_score,
    vad_agreement,
)
from mien_trainer.reader.recipe import LISTS, OTHER_HAND, Recipe
from mien_trainer.reader.train import Steps


@frozen(kw_only=True)
class ListMeasure:
    """Of a list how many are right, of how many, and what was wrong."""

    name: str
    right: int
    many: int
    wrong: tuple[str, ...]


@frozen(kw_only=True)
class Evaluation:
    """What was measured; ``own_labels`` is macro-F1 and number of labels by corpus, if asked."""

    reader: str
    size: int
    corpora: tuple[CorpusMeasures, ...]
    own_labels: dict[str, tuple[float, int]]
    vad: AxisAgreement | None
    robust: dict[str, float]
    lists: tuple[ListMeasure, ...]
    milliseconds: float
    memory: float


def evaluate(
    reader: Reader, size: int, recipe: Recipe, data: Path, *, own_labels: bool, step: Steps
) -> Evaluation:
    """Measure a reader on the test parts of a recipe's corpora, which it has not seen.

    Raises:
        TrainerError: a file of the data is missing, another, or cannot be read.
        SourceError: the readings do not fit the bank.
    """
    readings = read_readings(find_readings(recipe.readings, recipe.folder))
    require_fitting(readings, reader.bank.labels)
    tests = {corpus.name: test_part(corpus, data, readings) for corpus in recipe.corpora}
    tests = {name: examples for name, examples in tests.items() if examples}
    done = step("reading test texts", len(tests))
    corpora: list[CorpusMeasures] = []
    for name, examples in tests.items():
        corpora.append(corpus_measures(reader, name, examples))
        done()
    first = next(iter(tests.values()), list[Example]())
    took, memory = speed(reader, first) if first else (0.0, 0.0)
    own = {
        corpus.name: own_label_score(reader.model, recipe, corpus, data, step)
        for corpus in recipe.corpora
        if own_labels and corpus.test is not None
    }
    return Evaluation(
        reader=f"{reader.weights.name} {reader.weights.version} for {reader.bank.source}",
        size=size,
        corpora=tuple(corpora),
        own_labels=own,
        vad=vad_agreement(reader, recipe.vad_test, data) if recipe.vad_test else None,
        robust=robustness(reader, first) if first else {},
        lists=_lists(reader),
        milliseconds=took,
        memory=memory,
    )


def _lists(reader: Reader) -> tuple[ListMeasure, ...]:
    found: list[ListMeasure] = []
    for path in (*sorted(LISTS.glob("*.tsv")), *sorted(OTHER_HAND.glob("*.tsv"))):
        score = swap_score if path.stem == "swaps" else list_score
        right, many, wrong = score(reader, path)
        name = path.stem if path.parent == LISTS else f"{path.stem}, another hand"
        found.append(ListMeasure(name=name, right=right, many=many, wrong=tuple(wrong)))
    return tuple(found)


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """The record as JSON; macro-F1 beside the scores that it is the mean of."""
    data = asdict(found)
    for record, one in zip(data["corpora"], found.corpora, strict=True):
        record["macro"] = one.macro
    return data
