"""The sound of a stored clip, made anew: shards keep none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.bank import Bank
from mien.errors import ArtifactError, QueryError, SourceError
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32
from mien_trainer.mel import log_mel
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.targets.manifest import Manifest, read_manifest
from mien_trainer.targets.preparation import Prepared, prepare
from mien_trainer.targets.recipe import Recipe, read_recipe, recipe_digest, recipe_path, without
from mien_trainer.targets.sources import open_sources

_SAME = 1e-3
"""Logarithms of mel energy by which the same sound may differ between machines."""


class NoSoundError(TrainerError):
    """The sound of a clip cannot be made again; the message says why."""


def remade_sound(folder: Path, clip: Clip, recipe: str = "") -> F32:
    """What is heard in ``clip``, which is of the targets in ``folder``.

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
