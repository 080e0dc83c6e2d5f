"""How a network is trained: the records of a training file, read and written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import yaml
from attrs import field, frozen
from cattrs import Converter

from mien.authored.documents import read_valid
from mien.text.node import plain
from mien.text.suggest import did_you_mean
from mien.versions import schema_name
from mien_trainer.fault import TrainerError
from mien_trainer.migrations import MIGRATIONS
from mien_trainer.model.shape import Conditioning, NetShape

_CONVERTER = Converter(forbid_extra_keys=True)

KIND = "train"
SCHEMA = schema_name(KIND)

_RECIPES = Path(__file__).resolve().parents[1] / "recipes" / "train"

_MAY_CHANGE = frozenset({"description", "intervals.log"})
"""What may change when a training is resumed."""


@frozen(kw_only=True)
class BatchConfig:
    """What a step is made of.

    ``batch_size`` stretches of ``frames`` frames are taught; ``pairs`` pairs of frames are compared
    with their emotions swapped; ``surface_points`` random places of the bank are taught in silence.
    A frame of a recorded person weighs ``real_weight``, one of a synthetic voice
    ``synthetic_weight``. A face is taught to come ``look_ahead`` frames after its sound: lips move
    for a sound before it is audible, and a frame more of it tells which.
    """

    batch_size: int = 16
    frames: int = 128
    pairs: int = 24
    surface_points: int = 48
    real_weight: float = 3.0
    synthetic_weight: float = 1.0
    look_ahead: int = 1


@frozen(kw_only=True)
class Augmentation:
    """How far the voices of clips are varied at most, each way; 0 leaves them as they are.

    ``vocal_tract`` is how much longer a vocal tract is taken to be, as a share of its length;
    ``equalisation_db`` how many decibels louder some frequencies are made than others, as by
    another microphone; ``gain_db`` how many decibels louder all is made.
    """

    vocal_tract: float = 0.12
    equalisation_db: float = 6.0
    gain_db: float = 6.0


@frozen(kw_only=True)
class ClassWeights:
    """The weight of an error on a channel, by the channel's class."""

    lipsync: float = 2.0
    shared: float = 1.5
    expression: float = 1.0


@frozen(kw_only=True)
class Losses:
    """The weight of each loss, 0 to leave it out.

    ``beta`` is that of a smooth L1 loss: errors up to it are squared, beyond it they count by their
    size, so that what cannot be foreseen (blinks, glances) does not pull. ``lip_beta`` is the same
    for LIPSYNC and SHARED channels of clips: where sounds may be taken for one another, lips pass
    between their shapes and do not jump. ``vad_jitter`` is the step in VAD that `consistency` takes
    on each axis, at most.
    """

    beta: float = 0.01
    lip_beta: float = 0.2
    vad_jitter: float = 0.05
    supervised: float = 1.0
    velocity: float = 1.0
    contact: float = 1.0
    quiet: float = 1.0
    consistency: float = 0.1
    lips: float = 0.5
    expression: float = 0.5
    snap_silence: float = 8.0
    snap_speech: float = 3.0
    surface: float = 1.0


@frozen(kw_only=True)
class Optimizer:
    """AdamW: ``learning_rate`` after ``warmup_steps``, then along a cosine to its last share."""

    learning_rate: float = 0.003
    final_lr_ratio: float = 0.01
    warmup_steps: int = 200
    weight_decay: float = 0.0001
    grad_clip_norm: float = 1.0


@frozen(kw_only=True)
class Intervals:
    """After how many steps to write a line of the log, to validate, and to keep a checkpoint."""

    log: int = 10
    validate: int = 250
    checkpoint: int = 250


@frozen(kw_only=True)
class TrainConfig:
    """One training. ``bank`` is the name of a bank that ships, or a folder."""

    name: str
    description: str = ""
    bank: str = "default"
    seed: int = 0
    steps: int = 5000
    threads: int = 1
    conditioning: Conditioning
    model: NetShape = field(factory=NetShape)
    batch: BatchConfig = field(factory=BatchConfig)
    augmentation: Augmentation = field(factory=Augmentation)
    class_weights: ClassWeights = field(factory=ClassWeights)
    losses: Losses = field(factory=Losses)
    optimizer: Optimizer = field(factory=Optimizer)
    intervals: Intervals = field(factory=Intervals)


def find_config(name: str) -> Path:
    """The file called ``name``: one that exists, else a recipe that ships.

    A folder may have a recipe's name: that of a training by it.

    Raises:
        TrainerError: it is neither.
    """
    path, ships = Path(name), name in recipes()
    if path.exists() and not (ships and path.is_dir()):
        return path
    if ships:
        return _RECIPES / f"{name}.yaml"
    hint = did_you_mean(name, recipes())
    raise TrainerError(f"no training file {name}, and no recipe of that name ships; {hint}")


def recipes() -> list[str]:
    """The names of the recipes that ship, sorted."""
    return sorted(path.stem for path in _RECIPES.glob("*.yaml"))


def read_config(path: Path) -> TrainConfig:
    """The training that the file ``path`` of any version describes.

    Raises:
        SourceError: with every fault of the file.
    """
    return config_of(cast("dict[str, Any]", plain(read_valid(path, KIND, MIGRATIONS))))


def config_of(document: dict[str, Any]) -> TrainConfig:
    """The record of a valid document."""
    found = {key: value for key, value in document.items() if key != "schema"}
    return _CONVERTER.structure(found, TrainConfig)


def config_document(config: TrainConfig) -> dict[str, Any]:
    """The document with every value written out, defaults too."""
    return {"schema": SCHEMA, **_CONVERTER.unstructure(config)}


def config_text(config: TrainConfig) -> str:
    """`config_document` as YAML."""
    return yaml.safe_dump(config_document(config), sort_keys=False, allow_unicode=True, width=100)


def first_difference(kept: TrainConfig, given: TrainConfig) -> str | None:
    """The first key on which a training and its continuation differ: ``steps: 4000, not 200``."""
    one, other = _flat(config_document(kept)), _flat(config_document(given))
    for key, value in one.items():
        if key not in _MAY_CHANGE and other.get(key) != value:
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
