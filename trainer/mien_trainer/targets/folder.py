"""A folder of shards on its way: what is finished in it, what is left, what does not belong there.

While shards are being made, each finished one has a record beside it, ``<shard>.json``. In the end
a manifest takes the place of all records.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.release.exclusive import BusyError, exclusive
from mien.text.atomic import FULL, remove_stale, write_atomic
from mien.text.regular_file import MANIFEST, SHARD, read_regular, sha256_of
from mien_trainer.fault import TrainerError
from mien_trainer.targets.manifest import (
    NAME,
    Counts,
    Manifest,
    Refused,
    ShardEntry,
    read_manifest,
    write_manifest,
)
from mien_trainer.targets.worker import MadeShard, ShardTask

_CONVERTER = Converter(forbid_extra_keys=True)

_FEW = 5


class FolderError(TrainerError):
    """A folder that these shards cannot be put into; the message says why and what to do."""


class DiskFullError(TrainerError):
    """There is no room for the next file; what was made before is kept."""


@frozen(kw_only=True)
class Pins:
    """What all shards of a folder are made from."""

    recipe_sha256: str
    artifact: str
    programs: Mapping[str, str]


@frozen(kw_only=True)
class Record:
    """What is known of a finished shard."""

    pins: Pins
    entry: ShardEntry
    counts: Counts
    refused: tuple[Refused, ...]


class TargetsFolder:
    """The folder of a run. Hold it with `held` while shards are put into it."""

    def __init__(self, path: Path, pins: Pins, tasks: Sequence[ShardTask]) -> None:
        """Look at what lies in ``path``, which is made where it is missing.

        Raises:
            FolderError: there is something else, or shards that were made from something else.
            ManifestError: its manifest is damaged.
            OSError: it cannot be read or made.
        """
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._pins = pins
        self._tasks = tuple(tasks)
        self._records: dict[str, Record] = {}
        _refuse_strangers(path, [task.file for task in tasks])
        self.manifest = self._read_manifest()
        if self.manifest is None:
            whole = filter(None, (self._read_record(task.file) for task in tasks))
            self._records = {record.entry.file: record for record in whole}
            done = [record.entry for record in self._records.values()]
        else:
            done = list(self.manifest.shards)
        self._done = {entry.file: entry for entry in done if self._is_whole(entry)}

    @property
    def done(self) -> tuple[ShardEntry, ...]:
        """The shards that are there and whole."""
        return tuple(self._done.values())

    @property
    def left(self) -> tuple[ShardTask, ...]:
        """The shards that have to be made, in order."""
        return tuple(task for task in self._tasks if task.file not in self._done)

    def keep(self, made: MadeShard) -> None:
        """Put a shard in, then its record.

        Raises:
            DiskFullError: there is no room.
            FolderError: the manifest that is there has another digest for it.
            OSError: it cannot be written for another reason.
        """
        entry = made.entry
        if self.manifest is not None and entry not in self.manifest.shards:
            raise FolderError(
                f"{self._path / entry.file}: made anew, it is {entry.sha256}, which {NAME} does "
                "not say; something that speaks has changed: make the targets in an empty folder"
            )
        self._write(self._path / entry.file, made.data)
        if self.manifest is None:
            record = Record(pins=self._pins, entry=entry, counts=made.counts, refused=made.refused)
            text = json.dumps(_CONVERTER.unstructure(record), ensure_ascii=False)
            self._write(_record_path(self._path, entry.file), text.encode())
            self._records[entry.file] = record
        self._done[entry.file] = entry

    def records(self) -> tuple[Record, ...]:
        """What is known of each shard, in order; all are done.

        Raises:
            KeyError: one is not.
        """
        return tuple(self._records[task.file] for task in self._tasks)

    def finish(self, manifest: Manifest) -> None:
        """Put the manifest in, and take the records out.

        Raises:
            DiskFullError: there is no room.
            OSError: it cannot be written for another reason.
        """
        with self._full_told(NAME):
            write_manifest(self._path, manifest)
        self.manifest = manifest
        self.tidy()

    def tidy(self) -> None:
        """Take out what only a run needs: records, and the halves of files that a kill left."""
        for task in self._tasks:
            _record_path(self._path, task.file).unlink(missing_ok=True)
        remove_stale(self._path)

    def _write(self, path: Path, data: bytes) -> None:
        with self._full_told(path.name):
            write_atomic(path, data)

    @contextmanager
    def _full_told(self, name: str) -> Generator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            done = sum(entry.clips for entry in self.done)
            whole = sum(len(task.specs) for task in self._tasks)
            size = sum((self._path / entry.file).stat().st_size for entry in self.done)
            raise DiskFullError(
                f"{self._path}: no room for {name} ({os.strerror(error.errno or 0)}). {done} of "
                f"{whole} clips are kept, {len(self.done)} of {len(self._tasks)} shards, "
                f"{size / 1e6:.0f} MB. Make room{_missing(done, whole, size)} and "
                "run the same command again"
            ) from None

    def _read_manifest(self) -> Manifest | None:
        if not (self._path / NAME).exists():
            return None
        manifest = read_manifest(self._path)
        pins = Pins(
            recipe_sha256=manifest.recipe_sha256,
            artifact=manifest.artifact,
            programs=manifest.programs,
        )
        self._refuse_others(pins)
        return manifest

    def _read_record(self, file: str) -> Record | None:
        """The record of a shard, or None where it was not finished."""
        try:
            value = json.loads(read_regular(_record_path(self._path, file), MANIFEST))
            record = _CONVERTER.structure(value, Record)
        except (FileNotFoundError, ValueError, BaseValidationError):
            return None
        self._refuse_others(record.pins)
        return record

    def _refuse_others(self, found: Pins) -> None:
        for what, there, here in (
            ("recipe", found.recipe_sha256, self._pins.recipe_sha256),
            ("artifact of the bank", found.artifact, self._pins.artifact),
            ("programs", _versions(found.programs), _versions(self._pins.programs)),
        ):
            if there != here:
                raise FolderError(
                    f"{self._path}: made with another {what}: found {there}, now {here}; "
                    "give an empty folder, or empty this one"
                )

    def _is_whole(self, entry: ShardEntry) -> bool:
        try:
            return sha256_of(self._path / entry.file, SHARD) == entry.sha256
        except FileNotFoundError:
            return False


@contextmanager
def held(path: Path) -> Generator[None]:
    """The folder, for one run at a time.

    Raises:
        FolderError: another run holds it.
    """
    path.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(path):
            yield
    except BusyError:
        raise FolderError(f"{path}: another `mien targets make` is working here") from None


def _refuse_strangers(path: Path, files: Sequence[str]) -> None:
    """Nothing lies in the folder but what a run puts there; hidden files do not count."""
    own = {NAME, *files, *(_record_path(path, file).name for file in files)}
    names = sorted(one.name for one in path.iterdir() if not one.name.startswith("."))
    strangers = [name for name in names if name not in own]
    if strangers:
        shown = ", ".join(strangers[:_FEW]) + (" and more" if len(strangers) > _FEW else "")
        raise FolderError(
            f"{path}: found {shown}, which this recipe does not make; give an empty folder"
        )


def _record_path(path: Path, file: str) -> Path:
    return path / f"{file.removesuffix('.parquet')}.json"


def _missing(done: int, whole: int, size: int) -> str:
    more = math.ceil((whole - done) * size / done / 1e6) if done else 0
    return f" for about {more} MB more" if more else ""


def _versions(programs: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in programs.items())
