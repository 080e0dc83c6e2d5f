"""The texts that a recipe names, opened, compared with their digests, and read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mien.reading.readings import Mixture
from mien.text.regular_file import FileKind
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError, read_bytes
from mien_trainer.reader.patterns import drawn, expand, many
from mien_trainer.reader.recipe import Corpus, Part

CORPUS = FileKind("a corpus", 256 << 20)
_MOST_TEXT = 1 << 30
_ALL = 4096
"""Of a pattern that stands for more sentences, some are drawn without making all of them."""

Targets = Mapping[str, float]
"""How much of each label of the bank a text has: the most that one of its labels gives."""


@frozen
class Example:
    """A text with its targets, and how much it counts."""

    text: str
    targets: Targets
    weight: float = 1.0


def corpus_examples(
    corpus: Corpus, part: Part, data: Path, readings: Mapping[str, Mixture]
) -> list[Example]:
    """The texts of a part of a corpus, its labels read.

    Raises:
        TrainerError: the file is not there, another, or has a row that cannot be read.
    """
    found: list[Example] = []
    for row, cells in enumerate(_rows(part, data), 1):
        if not cells:
            continue
        try:
            numbers = [int(one) for one in cells[corpus.labels].split(",")]
            if min(numbers) < 0:
                raise ValueError
            names = [corpus.names[number] for number in numbers]
            text = cells[corpus.text]
        except (IndexError, ValueError):
            expected = f"a text in column {corpus.text} and labels in column {corpus.labels}"
            raise TrainerError(f"{data / part.file}: row {row}: expected {expected}") from None
        found.append(Example(text, targets_of(names, readings)))
    return found


def targets_of(names: Sequence[str], readings: Mapping[str, Mixture]) -> Targets:
    """The labels of a text, read: of each label of the bank the most that one of them gives."""
    targets: dict[str, float] = {}
    for name in names:
        for label, weight in readings[name].items():
            targets[label] = max(weight, targets.get(label, 0.0))
    return targets


def emoji_examples(part: Part, data: Path, readings: Mapping[str, Mixture]) -> list[Example]:
    """An example for each emoji of a table: its emotions' shares, read.

    Raises:
        TrainerError: as `corpus_examples`.
    """
    found: list[Example] = []
    for record in _records(part, data, ("emoji", *readings)):
        shares = {name: float(record[name]) for name in readings}
        most = max(shares.values())
        if most <= 0.0:
            continue
        targets: dict[str, float] = {}
        for name, share in shares.items():
            for label, weight in readings[name].items():
                targets[label] = max(share / most * weight, targets.get(label, 0.0))
        found.append(Example(record["emoji"], {k: v for k, v in targets.items() if v >= 0.5}))
    return found


def word_norms(part: Part, data: Path) -> dict[str, tuple[float, float, float]]:
    """Valence, arousal and dominance of words, from -1 to 1.

    Raises:
        TrainerError: as `corpus_examples`.
    """
    axes = ("valence_mean", "arousal_mean", "dominance_mean")
    found: dict[str, tuple[float, float, float]] = {}
    for record in _records(part, data, ("word", *axes)):
        v, a, d = ((float(record[axis]) - 5.0) / 4.0 for axis in axes)
        found[record["word"].split(" ")[0].lower()] = (v, a, d)
    return found


def sentence_examples(path: Path, labels: Sequence[str], most: int = 40) -> list[Example]:
    """The sentences of a file of patterns; of one pattern ``most``, spread over all it means.

    A pattern's sentences count together the square root of their number. A line that begins with
    ``@name`` instead of a label says what the name stands for in the patterns after it.

    Raises:
        TrainerError: a line is no label, tab and pattern, or its label is none of ``labels``.
    """
    found: list[Example] = []
    named: dict[str, str] = {}
    text = read_bytes(path, CORPUS).decode("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        label, tab, pattern = line.partition("\t")
        if tab and label.startswith("@"):
            named[label[1:]] = pattern
            continue
        if not tab or label not in labels:
            hint = did_you_mean(label, labels)
            raise TrainerError(f"{path}:{number}: expected a label, a tab, a pattern; {hint}")
        try:
            sentences = _some(pattern, most, named)
        except ValueError as error:
            raise TrainerError(f"{path}:{number}: {error}") from None
        weight = 1.0 / len(sentences) ** 0.5
        found.extend(Example(one, {label: 1.0}, weight) for one in sentences)
    return found


def _some(pattern: str, most: int, named: Mapping[str, str]) -> list[str]:
    if many(pattern, named) > _ALL:
        return drawn(pattern, most, named)
    return sorted(expand(pattern, named), key=lambda one: zlib.crc32(one.encode()))[:most]


def opened(part: Part, data: Path) -> str:
    """The text of a file of the data, plain or gzipped, once its digest is seen to be right.

    Raises:
        TrainerError: it is not there, or another.
    """
    path = data / part.file
    raw = read_bytes(path, CORPUS)
    found = hashlib.sha256(raw).hexdigest()
    if found != part.sha256:
        raise TrainerError(f"{path}: its sha256 is {found}, the recipe has {part.sha256}")
    if path.suffix == ".gz":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
                raw = stream.read(_MOST_TEXT)
        except (OSError, EOFError, zlib.error) as error:
            raise TrainerError(f"{path}: not gzipped as its name says: {error}") from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TrainerError(f"{path}: byte {error.start} is not UTF-8") from None


def _rows(part: Part, data: Path) -> Iterator[list[str]]:
    for line in opened(part, data).split("\n"):
        yield line.rstrip("\r").split("\t") if line.strip() else []


def _records(part: Part, data: Path, needed: Sequence[str]) -> Iterator[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(opened(part, data)))
    missing = sorted(set(needed) - set(reader.fieldnames or ()))
    if missing:
        raise TrainerError(f"{data / part.file}: no column {', '.join(missing)}")
    for number, record in enumerate(reader, 2):
        if any(record[name] is None for name in needed):
            raise TrainerError(f"{data / part.file}: line {number} has too few columns")
        yield record
