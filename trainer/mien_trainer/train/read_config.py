"""A training file to its record, and back to a text that says everything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from cattrs import Converter

from mien.authored.documents import parse
from mien.authored.validate import validate
from mien.errors import SourceError
from mien.text.files import shown_path
from mien.text.node import plain
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.train.config import TrainConfig

KIND = "train"
SCHEMA = "mien/train/1"

_RECIPES = Path(__file__).resolve().parents[1] / "recipes" / "train"


def find_config(name: str) -> Path:
    """The file that a person means: a path that exists, else a recipe that ships.

    Raises:
        TrainerError: it is neither.
    """
    path = Path(name)
    if path.exists():
        return path
    if name in recipes():
        return _RECIPES / f"{name}.yaml"
    hint = did_you_mean(name, recipes())
    raise TrainerError(f"no training file {name}, and no recipe of that name ships; {hint}")


def recipes() -> list[str]:
    """The names of the recipes that ship, sorted."""
    return sorted(path.stem for path in _RECIPES.glob("*.yaml"))


def read_config(path: Path) -> TrainConfig:
    """The training that the file ``path`` describes.

    Raises:
        SourceError: with every fault of the file.
    """
    root, faults = parse(path, shown_path(path), path.resolve().parent)
    if root is None or faults:
        raise SourceError(faults)
    wrong = validate(root, KIND)
    if wrong:
        raise SourceError(wrong)
    return config_of(cast("dict[str, Any]", plain(root)))


def config_of(document: dict[str, Any]) -> TrainConfig:
    """The record of a valid document."""
    found = {key: value for key, value in document.items() if key != "schema"}
    return _converter().structure(found, TrainConfig)


def config_document(config: TrainConfig) -> dict[str, Any]:
    """The document that says everything, defaults too."""
    return {"schema": SCHEMA, **_converter().unstructure(config)}


def config_text(config: TrainConfig) -> str:
    """`config_document` as YAML."""
    return yaml.safe_dump(config_document(config), sort_keys=False, allow_unicode=True, width=100)


@cache
def _converter() -> Converter:
    return Converter(forbid_extra_keys=True)
