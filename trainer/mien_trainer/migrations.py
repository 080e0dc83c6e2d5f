"""The trainer's own documents of an older schema version, brought up to date.

Readers hand these to `mien.authored.documents.read_valid` (files) and
`mien.migrate.upgrade.upgrade_json` (configs that a checkpoint stores);
`mien migrate` collects them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mien.migrate.migration import Edit, Migration, rename_key, unchanged
from mien.text.node import Node

TRAIN_2: Mapping[tuple[str, ...], str] = {
    ("conditions",): "conditioning",
    ("model", "doubt"): "contact_threshold",
    ("draw",): "batch",
    ("draw", "batch"): "batch_size",
    ("draw", "points"): "surface_points",
    ("draw", "real"): "real_weight",
    ("draw", "synthetic"): "synthetic_weight",
    ("draw", "delay"): "look_ahead",
    ("variety",): "augmentation",
    ("variety", "size"): "vocal_tract",
    ("variety", "colour"): "equalisation_db",
    ("variety", "gain"): "gain_db",
    ("channels",): "class_weights",
    ("losses", "softness"): "beta",
    ("losses", "lip_softness"): "lip_beta",
    ("losses", "jitter"): "vad_jitter",
    ("optimizer", "rate"): "learning_rate",
    ("optimizer", "last"): "final_lr_ratio",
    ("optimizer", "warmup"): "warmup_steps",
    ("optimizer", "decay"): "weight_decay",
    ("optimizer", "clip"): "grad_clip_norm",
    ("every",): "intervals",
}
"""The keys of a mien/train/1 file that have other names in mien/train/2; values stay."""


def _train_2(_: str, root: Node) -> Sequence[Edit]:
    return [edit for path, name in TRAIN_2.items() for edit in rename_key(root, path, name)]


TARGETS_2: Mapping[tuple[str, ...], str] = {
    ("silence",): "silence_share",
    ("shard_clips",): "clips_per_shard",
    ("prosody",): "emotional_prosody",
    ("most_refused",): "max_refused_share",
    ("sources", "mead", "root"): "folder",
}
"""The keys of a mien/targets/1 file that have other names in mien/targets/2; values stay."""


def _targets_2(_: str, root: Node) -> Sequence[Edit]:
    return [edit for path, name in TARGETS_2.items() for edit in rename_key(root, path, name)]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(kind="train", before=1, after=2, rewrite=_train_2),
    Migration(kind="targets", before=1, after=2, rewrite=_targets_2),
    # 3 has the keys of 2: its clips are performed, as `mien perform` does, and have other bits.
    Migration(kind="targets", before=2, after=3, rewrite=unchanged),
)
