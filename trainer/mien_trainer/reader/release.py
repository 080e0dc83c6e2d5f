"""A reader released: its file, its lock and what it was made from, frozen and in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mien.errors import ArtifactError, QueryError, ReleaseError
from mien.lock.read import LOCK_NAME
from mien.reading.frozen import PROBES, READINGS, RECIPE, bank_read_into, probes_in, source_faults
from mien.reading.lock import drift, lock_path, parse_reader_lock, reader_lock, write_reader_lock
from mien.reading.model import read_model
from mien.reading.reader import Reader
from mien.reading.readings import find_readings
from mien.reading.weights import READER, Facts
from mien.release.exclusive import releasing
from mien.release.folder import SOURCES, ReleaseFolder, artifact_of
from mien.release.freeze import freeze_files
from mien.release.ledger import READERS, Entry, Ledger
from mien.release.recovery import recovered
from mien.text.fault import Fault, fault
from mien.text.files import shown_path
from mien.text.regular_file import LOCK, SOURCE, read_regular
from mien_trainer.reader.recipe import PROBE_LIST, Recipe, sentence_file


def release_reader(path: Path, recipe_file: Path, recipe: Recipe, releases: Path) -> Entry:
    """Freeze the reader in the file ``path`` under ``releases``, beside the releases of banks.

    Raises:
        ReleaseError: it must not be released as it is, with every reason.
        ArtifactError: the file is no reader.
        SourceError: the ledger, the recipe or the lock beside the file cannot be used.
        OSError: something cannot be read or written.
    """
    data = read_regular(path, READER)
    weights = read_model(data).weights
    sources = frozen_sources(recipe_file, recipe)
    folder = releases / READERS
    folder.mkdir(parents=True, exist_ok=True)
    home = ReleaseFolder(releases=folder, bank=weights.name, version=weights.version)
    try:
        with releasing(folder, home.name):
            return _release(path, data, weights, sources, home)
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()


def frozen_sources(recipe_file: Path, recipe: Recipe) -> dict[str, bytes]:
    """What a reader is made from and read with, by the names that releases have for it."""
    sentences = [sentence_file(one, recipe.folder) for one in recipe.sentences]
    return {
        RECIPE: read_regular(recipe_file, SOURCE),
        READINGS: read_regular(find_readings(recipe.readings, recipe.folder), SOURCE),
        PROBES: read_regular(PROBE_LIST, SOURCE),
        **{f"sentences-{i + 1}.tsv": read_regular(one, SOURCE) for i, one in enumerate(sentences)},
    }


def _release(
    path: Path, data: bytes, weights: Facts, sources: Mapping[str, bytes], home: ReleaseFolder
) -> Entry:
    ledger, completed = recovered(home.releases)
    for entry in completed:
        if (entry.bank, entry.version) == (home.bank, home.version):
            return entry
    faults = [*_version_faults(path, home, ledger), *_made_of_others(path, weights, sources)]
    files: dict[str, bytes] = {}
    try:
        bank = bank_read_into(weights, home.releases.parent)
        reader = Reader(weights, bank)
        lock = reader_lock(data, reader, probes_in(sources))
        if lock_path(path).exists():
            shown = shown_path(lock_path(path))
            was = parse_reader_lock(read_regular(lock_path(path), LOCK), shown)
            hint = f"run `mien reader lock {path}`, and read the difference"
            faults += [fault(shown, "lock-stale", one, hint) for one in drift(was, lock)]
        files = {
            artifact_of(weights.name): data,
            LOCK_NAME: write_reader_lock(lock).encode(),
            **{f"{SOURCES}/{name}": one for name, one in sources.items()},
        }
    except (QueryError, ArtifactError) as error:
        hint = "release the bank first, and train the reader on that release"
        faults.append(fault(shown_path(path), "bank-unreleased", str(error), hint))
    if faults:
        raise ReleaseError(faults)
    return freeze_files(files, home, ledger)


def _version_faults(path: Path, home: ReleaseFolder, ledger: Ledger) -> Iterator[Fault]:
    hint = "give the recipe a greater version, and train the reader again"
    if ledger.find(home.bank, home.version) is not None:
        message = f"the reader {home.name} is released already; a release never changes"
        yield fault(shown_path(path), "version-released", message, hint)
    elif message := ledger.not_newer(home.bank, home.version):
        yield fault(shown_path(path), "version-not-newer", message, hint)


def _made_of_others(path: Path, weights: Facts, sources: Mapping[str, bytes]) -> Iterator[Fault]:
    hint = "name the recipe that it was trained after (--recipe), as it was then; or train it again"
    for message in source_faults(weights, sources):
        yield fault(shown_path(path), "reader-sources", message, hint)
