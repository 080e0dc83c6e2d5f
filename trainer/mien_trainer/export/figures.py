"""What `mien evaluate --format json` has found of a network, for its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from attrs import frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien_trainer.evaluate.as_json import SCHEMA
from mien_trainer.evaluate.lips import Closures, LipMatch
from mien_trainer.evaluate.record import Figure
from mien_trainer.fault import TrainerError
from mien_trainer.speak.onnx_file import NetworkCard


@frozen(kw_only=True)
class Measured:
    """One network's figures, and how its lips do."""

    checkpoint: str
    figures: tuple[Figure, ...]
    lips: tuple[LipMatch, ...]
    closures: tuple[Closures, ...]


def read_measured(path: Path, card: NetworkCard) -> Measured:
    """The figures of the card's network in a file.

    Raises:
        TrainerError: the file is missing, no evaluation, or says nothing of this network.
    """
    try:
        document = cast("object", json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise TrainerError(f"{path}: there is no such file, expected an evaluation") from None
    except ValueError as error:
        raise TrainerError(f"{path}: not a JSON text ({error})") from None
    found = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if found.get("schema") != SCHEMA:
        raise TrainerError(
            f"{path}: found {found.get('schema', 'no schema')}, expected {SCHEMA}, as "
            "`mien evaluate --format json` prints it"
        )
    try:
        networks = Converter().structure(found.get("networks"), tuple[Measured, ...])
    except (BaseValidationError, TypeError):
        raise TrainerError(f"{path}: not as {SCHEMA} says") from None
    for one in networks:
        if one.checkpoint == card.checkpoint:
            return one
    others = ", ".join(one.checkpoint for one in networks)
    raise TrainerError(
        f"{path}: figures of {others or 'no network'}, the network {card.name} is "
        f"{card.checkpoint}: evaluate it"
    )
