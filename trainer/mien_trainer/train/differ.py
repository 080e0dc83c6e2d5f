"""Where two trainings differ, as their files spell it."""

from __future__ import annotations

from typing import Any, cast

from mien_trainer.train.config import TrainConfig
from mien_trainer.train.read_config import config_document

_FREE = frozenset({"description", "every.log"})
"""What may change when a training is resumed."""


def first_difference(kept: TrainConfig, given: TrainConfig) -> str | None:
    """The first key whose value differs, with both values: ``steps: 4000, not 200``."""
    one, other = _flat(config_document(kept)), _flat(config_document(given))
    for key, value in one.items():
        if key not in _FREE and other.get(key) != value:
            return f"{key}: {value}, not {other.get(key)}"
    return None


def _flat(document: dict[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            flat |= _flat(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
