"""The recipe of a reader: records of its file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen
from cattrs import Converter

from mien.authored.documents import read_valid
from mien.text.canonical import digest
from mien.text.node import plain
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError

_HERE = Path(__file__).resolve().parent
_RECIPES = _HERE.parent / "recipes" / "reader"
_SENTENCES = _HERE / "sentences"


@frozen(kw_only=True)
class Part:
    """A file in the folder of the data, and its sha256 in hex."""

    file: str
    sha256: str


@frozen(kw_only=True)
class Corpus:
    """Texts with labels, in columns parted by tabs; ``names`` are the labels by their numbers."""

    name: str
    credit: str
    text: int
    labels: int
    names: tuple[str, ...]
    train: Part
    calibrate: Part | None = None
    test: Part | None = None


@frozen(kw_only=True)
class EmojiTable(Part):
    """Emoji against the labels of the corpus ``name``."""

    name: str
    credit: str


@frozen(kw_only=True)
class WordNorms(Part):
    """Words with valence, arousal and dominance from 1 to 9."""

    credit: str


@frozen(kw_only=True)
class VadTest(Part):
    """Texts with VAD that readers are measured on and never learn from; see the schema."""

    readers: Part
    writers: Part


@frozen(kw_only=True)
class FeatureChoice:
    """Features in ``least`` texts or more, the ``most`` that move labels most."""

    least: int
    most: int


@frozen(kw_only=True)
class Fit:
    """How weights are fitted; see schema/reader.schema.json."""

    rounds: int
    rate: float
    start: float
    decay: float
    rare: float
    own: float


@frozen(kw_only=True)
class TransformerFit:
    """How a transformer is trained; see schema/reader.schema.json."""

    folds: int
    soft: float
    pretrain: int
    rounds: int
    batch: int
    rate: float
    decay: float
    dropout: float
    masked: float
    words: float
    vectors: float
    vad: float
    rare: float


@frozen(kw_only=True)
class TransformerChoice:
    """A transformer: its vocabulary, its sizes, and how it is trained; see the schema."""

    pieces: int
    least: int
    passes: int
    heads: int
    reach: int
    longest: int
    embedding: int
    hidden: int
    feed: int
    pool: int
    linear: bool
    fit: TransformerFit


@frozen(kw_only=True)
class Recipe:
    """A recipe as it was written; ``folder`` is what its paths start from."""

    folder: Path
    sha256: str
    name: str
    version: str
    readings: str
    seed: int
    licence: str
    corpora: tuple[Corpus, ...]
    features: FeatureChoice
    fit: Fit
    emoji: EmojiTable | None = None
    words: WordNorms | None = None
    vad_test: VadTest | None = None
    sentences: tuple[str, ...] = field(default=())
    transformer: TransformerChoice | None = None
    description: str = ""


def recipes() -> list[str]:
    """The names of the recipes that ship, sorted."""
    return sorted(path.stem for path in _RECIPES.glob("*.yaml"))


def find_recipe(name: str) -> Path:
    """The file of a recipe: a path, or the name of one that ships.

    Raises:
        TrainerError: there is none.
    """
    for path in (Path(name), _RECIPES / f"{name}.yaml"):
        if path.is_file():
            return path
    raise TrainerError(f"no recipe {name}; {did_you_mean(name, recipes())}")


def read_recipe(path: Path) -> Recipe:
    """The recipe in the file ``path``.

    Raises:
        SourceError: with every fault of the file.
    """
    root = read_valid(path, "reader", ())
    data = cast("dict[str, Any]", plain(root))
    data = {key: value for key, value in data.items() if key != "schema"}
    return _converter().structure({**data, "folder": path.parent, "sha256": digest(root)}, Recipe)


LISTS = _HERE / "lists"
"""Where the lists of sentences lie that readers are measured on."""

PROBE_LIST = LISTS / "probes.txt"
"""The texts that readers are pinned by."""

OTHER_HAND = LISTS / "other_hand"
"""Lists by whoever wrote no sentence that a reader learns from, nor read one."""


def shipped_sentences() -> list[str]:
    """The names of the files of sentences that ship."""
    return sorted(path.stem for path in _SENTENCES.glob("*.tsv"))


def sentence_file(name: str, folder: Path) -> Path:
    """The file of sentences: one that ships, by its name, or a path from the recipe's folder."""
    shipped = _SENTENCES / f"{name}.tsv"
    return shipped if shipped.is_file() else folder / name


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(Path, lambda value, _: Path(value))
    return converter
