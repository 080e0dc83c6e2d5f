"""The manifest of a folder of shards: what is in it, how it was made, and digests of all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import frozen
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError

from mien.text.atomic import write_atomic
from mien.text.regular_file import MANIFEST, read_regular
from mien.versions import schema_name
from mien_trainer.fault import TrainerError
from mien_trainer.speech import Split

_CONVERTER = Converter(forbid_extra_keys=True)

SCHEMA = schema_name("targets-manifest")
"""What the first key of a manifest says."""

NAME = "manifest.json"
"""The manifest's file, beside the shards."""


class ManifestError(TrainerError):
    """A manifest that cannot be used; the message names the file and what is wrong."""


@frozen(kw_only=True)
class ShardEntry:
    """One shard: its file's name, its use, how much is in it, and the sha256 of its bytes."""

    file: str
    split: Split
    clips: int
    frames: int
    sha256: str


@frozen(kw_only=True)
class Refused:
    """An item that could not be used, and why; ``clip`` is the id that has no clip for it."""

    clip: str
    source: str
    item: str
    reason: str


@frozen(kw_only=True)
class Counts:
    """Clips by what they are."""

    label: Mapping[str, int]
    voice: Mapping[str, int]
    source: Mapping[str, int]
    split: Mapping[str, int]


@frozen(kw_only=True)
class Manifest:
    """A finished set of targets.

    ``recipe`` is the recipe's name, ``recipe_sha256`` its digest with every default, ``artifact``
    the sha256 of the bank's artifact; ``programs`` the versions of what spoke and aligned.
    """

    recipe: str
    recipe_sha256: str
    bank: str
    version: str
    artifact: str
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    frame_rate: int
    mels: int
    clips: int
    seconds: float
    counts: Counts
    shards: tuple[ShardEntry, ...]
    refused: tuple[Refused, ...]
    programs: Mapping[str, str]

    def of(self, split: Split) -> tuple[ShardEntry, ...]:
        """The shards of one split, in order."""
        return tuple(shard for shard in self.shards if shard.split is split)


def manifest_text(manifest: Manifest) -> str:
    """The one JSON text of a manifest: keys sorted, two spaces, a line end at the end."""
    document = {"schema": SCHEMA, **_CONVERTER.unstructure(manifest)}
    return (
        json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
    )


def manifest_digest(manifest: Manifest) -> str:
    """The sha256 in hex of the manifest's text, which pins every byte of the set."""
    return hashlib.sha256(manifest_text(manifest).encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into the folder of its shards, all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    write_atomic(folder / NAME, manifest_text(manifest).encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Whether the shards are there and whole is not asked.

    Raises:
        ManifestError: there is none, or it is not as `mien targets make` wrote it.
        OSError: the file exists but cannot be read.
    """
    path = folder / NAME
    try:
        text = read_regular(path, MANIFEST).decode("utf-8")
        document = cast("object", json.loads(text))
    except FileNotFoundError:
        raise ManifestError(
            f"{path}: there is no such file; finish the folder with `mien targets make`"
        ) from None
    except ValueError as error:
        raise ManifestError(f"{path}: not a JSON text ({error})") from None
    kind = cast("dict[str, object]", document).get("schema") if isinstance(document, dict) else None
    if kind != SCHEMA:
        raise ManifestError(
            f"{path}: found {kind or 'no schema'}, expected {SCHEMA}: make the targets anew with "
            "`mien targets make`, or use the version of mien that made them"
        )
    found = {
        key: value for key, value in cast("dict[str, Any]", document).items() if key != "schema"
    }
    try:
        manifest = _CONVERTER.structure(found, Manifest)
    except BaseValidationError as error:
        wrong = "; ".join(transform_error(error, path="$"))
        raise ManifestError(f"{path}: not as {SCHEMA} says: {wrong}") from None
    if manifest_text(manifest) != text:
        raise ManifestError(f"{path}: changed after `mien targets make` wrote it")
    return manifest
