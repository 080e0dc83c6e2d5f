"""One clip among the shards of a folder, and its sound, made again: shards keep none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.bank import Bank
from mien.errors import ArtifactError, QueryError, SourceError
from mien.text.files import shown_path
from mien.text.suggest import did_you_mean
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.mel import log_mel
from mien_trainer.targets.clip import Clip, ClipSpec, ShardHeader
from mien_trainer.targets.manifest import Manifest, read_manifest
from mien_trainer.targets.preparation import Prepared, prepare
from mien_trainer.targets.recipe import Recipe, read_recipe, recipe_digest, recipe_path, without
from mien_trainer.targets.shard import ShardError, arrow, iterate_shard, read_header
from mien_trainer.targets.sources import open_sources

_FEW = 5


class ClipMissingError(TrainerError):
    """There is no such clip, or no shard; the message says what there is."""


def find_clip(folder: Path, clip: str) -> tuple[Clip, ShardHeader]:
    """The clip with the id ``clip``, and what its shard was made for.

    Raises:
        ClipMissingError: the folder has no shards, or they hold no such clip.
        ShardError: a shard cannot be read.
        ArrowUnavailableError: the extra is not installed.
    """
    shards = sorted(folder.glob("*.parquet"))
    if not shards:
        raise ClipMissingError(
            f"{shown_path(folder)}: there is no shard here, expected a folder that "
            "`mien targets make` wrote"
        )
    known: list[str] = []
    for path in shards:
        ids = _ids(path)
        if clip in ids:
            for found in iterate_shard(path):
                if found.id == clip:
                    return found, read_header(path)
        known += ids
    hint = did_you_mean(clip, known)
    few = ", ".join(known[:_FEW])
    raise ClipMissingError(
        f"{shown_path(folder)}: no clip {clip!r} among {len(known)}"
        + (f"; {hint}" if hint else f"; the first are {few}")
    )


def _ids(path: Path) -> list[str]:
    head = read_header(path)  # first, so that another Parquet file is refused in words
    try:
        column = arrow("pyarrow.parquet").read_table(path, columns=["id"]).column("id")
    except (OSError, ValueError) as error:
        raise ShardError(f"{path}: damaged or cut off ({error}), of {head.bank}") from None
    ids: list[str] = column.to_pylist()
    return ids


_SAME = 1e-3
"""Logarithms of mel energy by which the same sound may differ between machines."""


class NoSoundError(TrainerError):
    """The sound of a clip cannot be made again; the message says why."""


def rerendered_sound(folder: Path, clip: Clip, recipe: str = "") -> F32:
    """The sound of ``clip``, which is of the targets in ``folder``.

    ``recipe`` is the recipe's file; without it the one that ships under the manifest's name.

    Raises:
        NoSoundError: the recipe, the bank or what spoke is not what it was, or not at hand.
    """
    try:
        manifest = read_manifest(folder)
        found = _recipe(manifest, recipe)
        prepared = prepare(found)
        if prepared.setup.header.artifact != manifest.artifact:
            raise NoSoundError(f"the bank {found.bank} is not the one of these targets any more")
        audio = _audio(prepared, _spec(prepared, clip))
    except (SourceError, TrainerError, QueryError, ArtifactError, OSError) as error:
        raise NoSoundError(str(error)) from error
    mel = log_mel(audio)
    if mel.shape != clip.mel.shape or not np.allclose(mel, clip.mel, atol=_SAME):
        raise NoSoundError(f"{clip.source} does not speak here as it did when {clip.id} was made")
    return audio


def _recipe(manifest: Manifest, named: str) -> Recipe:
    """The recipe of the manifest, without the sources that were left out."""
    recipe = read_recipe(recipe_path(named or manifest.recipe))
    missing = [name for name in recipe.sources.used if name not in manifest.counts.source]
    for left_out in ([], missing):
        changed = without(recipe, left_out)
        if recipe_digest(changed) == manifest.recipe_sha256:
            return changed
    raise NoSoundError(
        f"the recipe {recipe.name} is not the one that these targets were made from; "
        "give its file with --recipe"
    )


def _spec(prepared: Prepared, clip: Clip) -> ClipSpec:
    for spec in prepared.specs:
        if spec.id == clip.id:
            return spec
    raise NoSoundError(f"the plan of {prepared.recipe.name} has no clip {clip.id} any more")


def _audio(prepared: Prepared, spec: ClipSpec) -> F32:
    from mien_trainer.targets.maker import ClipMaker

    bank = Bank(prepared.setup.tables, prepared.setup.header.artifact)
    sources = open_sources(prepared.recipe, bank)
    try:
        return ClipMaker(bank, sources).make(spec).audio
    finally:
        for source in sources.values():
            source.close()
