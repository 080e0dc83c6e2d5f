"""A released reader against its frozen sources, and against what it reads today."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from mien.bank import Bank
from mien.errors import ArtifactError, QueryError, SourceError
from mien.lock.read import LOCK_NAME
from mien.reading.lock import drift, parse_reader_lock, reader_lock
from mien.reading.model import read_model, vocabulary_sha256
from mien.reading.reader import Reader
from mien.reading.weights import READER, Facts
from mien.release.check import entry_fault
from mien.release.folder import SOURCES, ReleaseFolder, artifact_of
from mien.release.ledger import LEDGER_NAME, Entry, read_ledger
from mien.resources import presets
from mien.text.canonical import canonical, digest
from mien.text.fault import Fault
from mien.text.files import shown_path
from mien.text.node import plain
from mien.text.regular_file import LOCK, SOURCE, read_regular
from mien.text.yaml_nodes import require_yaml
from mien.versions import READING

RECIPE, READINGS, PROBES = "recipe.yaml", "readings.yaml", "probes.txt"
"""What the frozen sources of a reader are called; its sentences are sentences-1.tsv, ..."""

_RESTORE = "released files never change: restore them from version control"
_READS = "this mien reads the texts otherwise: released readers read alike for ever"


def reread_faults(home: ReleaseFolder, entry: Entry) -> tuple[Fault, ...]:
    """What of a release, whose files are whole, is not what its sources and its lock say."""
    path = home.path / artifact_of(entry.bank)
    if entry.engine != READING:
        message = f"its file is read by engine {entry.engine}, this mien has engine {READING}"
        return (entry_fault(path, entry, "engine-unknown", message, "take a newer mien"),)
    try:
        data = read_regular(path, READER)
        model = read_model(data)
        weights = model.weights
        sources = {one.name: read_regular(one, SOURCE) for one in (home.path / SOURCES).iterdir()}
        faults = [
            entry_fault(path, entry, "reader-sources", message, _RESTORE)
            for message in source_faults(weights, sources)
        ]
        if (weights.name, weights.version) != (entry.bank, entry.version):
            message = f"the file is of {weights.name} {weights.version}, not of {entry.name}"
            faults.append(entry_fault(path, entry, "release-of-another", message, _RESTORE))
        lock_file = home.path / LOCK_NAME
        lock = parse_reader_lock(read_regular(lock_file, LOCK), shown_path(lock_file))
        bank = bank_read_into(weights, home.releases.parent)
        now = reader_lock(data, Reader(model, bank), probes_in(sources))
        faults += [
            entry_fault(lock_file, entry, "reads-otherwise", message, _READS)
            for message in drift(lock, now)
        ]
    except SourceError as error:
        return error.faults
    except (ArtifactError, QueryError) as error:
        return (entry_fault(path, entry, "reader-damaged", str(error), _RESTORE),)
    return tuple(faults)


def source_faults(weights: Facts, sources: Mapping[str, bytes]) -> list[str]:
    """Where the digests in a reader's file are not those of the sources by name.

    Raises:
        SourceError: recipe or readings are no YAML.
    """
    made_of = {
        "recipe": digest(require_yaml(_text(sources, RECIPE), RECIPE)),
        "readings": _readings_sha256(_text(sources, READINGS)),
        "sentences": sentence_files_sha256(sentences_in(sources)),
        "vocabulary": vocabulary_sha256(weights),
    }
    found: list[str] = []
    for name, sha256 in made_of.items():
        said = weights.made_from.get(name, "nothing")
        if said != sha256:
            found.append(f"made from {name} of {said[:12]}\u2026, here are {sha256[:12]}\u2026")
    return found


def sentence_files_sha256(files: list[bytes]) -> str:
    """The digest of files of sentences, in their order."""
    own = "".join(hashlib.sha256(one).hexdigest() for one in files)
    return hashlib.sha256(own.encode()).hexdigest()


def sentences_in(sources: Mapping[str, bytes]) -> list[bytes]:
    """The files of sentences among frozen sources."""
    many = sum(name.endswith(".tsv") for name in sources)
    return [sources.get(f"sentences-{i + 1}.tsv", b"") for i in range(many)]


def probes_in(sources: Mapping[str, bytes]) -> list[str]:
    """The frozen list of texts among the sources."""
    return _text(sources, PROBES).splitlines()


def bank_read_into(weights: Facts, releases: Path) -> Bank:
    """The released bank that a reader was trained for.

    Raises:
        QueryError: no release has the digest that the reader names.
        ArtifactError: it is damaged.
    """
    from mien.resolve import load_bank, resolve

    wanted = weights.made_from.get("bank", "")
    for folder in dict.fromkeys((releases, presets() / "releases")):
        for entry in read_ledger(folder / LEDGER_NAME).entries:
            if entry.artifact == wanted:
                return load_bank(resolve(folder / entry.bank / entry.version))
    raise QueryError(
        f"the reader was trained for a bank with sha256 {wanted[:12]}\u2026, which is not released"
    )


def _readings_sha256(text: str) -> str:
    root = plain(require_yaml(text, READINGS))
    said = root.get("corpora") if isinstance(root, dict) else None
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _text(sources: Mapping[str, bytes], name: str) -> str:
    return sources.get(name, b"").decode("utf-8-sig", "replace")
