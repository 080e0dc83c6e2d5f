"""The bank that a training learns: only the artifact that was reviewed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien.errors import QueryError
from mien.lock.read import LOCK_NAME, read_lock
from mien.lock.record import Lock
from mien.release.ledger import LEDGER_NAME, read_ledger
from mien.resolve import BUILD, BankSource, Kind, own_aliases, resolve
from mien.text.regular_file import ARTIFACT, read_regular
from mien_trainer.fault import TrainerError
from mien_trainer.targets.manifest import Manifest


class UntrustedError(TrainerError):
    """Something has not the digest that was pinned; the message names both digests."""


@frozen(kw_only=True, eq=False)
class TrustedBank:
    """A bank whose artifact has the digest of its lock and, where released, of the ledger."""

    bank: Bank
    released: bool

    @property
    def digest(self) -> str:
        """The sha256 in hex of the artifact."""
        return self.bank.digest


def trusted_bank(source: str) -> TrustedBank:
    """The bank called ``source``, as every command takes it: a release, a folder or an artifact.

    A folder's artifact is that of ``build/`` if it is there and the sources are those of the lock,
    else the sources are compiled; an artifact has its lock beside it.

    Raises:
        UntrustedError: the artifact is not the one that the lock or the ledger pins.
        TrainerError: there is no such bank, artifact or lock.
        SourceError: the sources, the lock or the ledger cannot be read.
    """
    try:
        found = resolve(source)
    except QueryError as nothing:
        raise TrainerError(f"no bank {source} to train on: {nothing}") from nothing
    if found.kind is not Kind.FOLDER:
        return _checked(found, found.artifact)
    if not (found.path / LOCK_NAME).is_file():
        raise TrainerError(
            f"no bank to train on in {found.path}: it has no {LOCK_NAME}; `mien compile` writes it"
        )
    return _checked(found, None)


def check_data(manifest: Manifest, trusted: TrustedBank, data: Path) -> None:
    """See that the targets were made for this very bank.

    Raises:
        UntrustedError: they were made for another artifact.
    """
    if manifest.artifact != trusted.digest:
        raise UntrustedError(
            f"{data}: these targets were made for artifact {manifest.artifact} "
            f"({manifest.bank} {manifest.version}), the bank {trusted.bank.id} "
            f"{trusted.bank.version} has {trusted.digest}; make the targets again, or name the "
            "bank they were made for"
        )


def _checked(source: BankSource, artifact: Path | None) -> TrustedBank:
    folder = source.path.parent if source.kind is Kind.ARTIFACT else source.path
    lock = read_lock(folder / LOCK_NAME)
    if lock is None:
        raise TrainerError(f"{folder / LOCK_NAME}: there is no such file, so nothing is pinned")
    built = artifact or BUILD / lock.artifact.file
    if artifact is not None or (built.is_file() and _is_locked(folder, lock)):
        data = _bytes(built)
        found = str(built)
    else:
        data = _compiled(folder)
        found = f"what the sources in {folder} compile to"
    digest = hashlib.sha256(data).hexdigest()
    if digest != lock.artifact.sha256:
        raise UntrustedError(
            f"{found} has sha256 {digest}, {folder / LOCK_NAME} pins {lock.artifact.sha256}; "
            "run `mien compile` and review what it changes"
        )
    releases = _ledger_folder(folder) if source.kind is Kind.ARTIFACT else source.releases
    released = _released(lock, digest, releases)
    from mien.artifact.read import read_artifact

    described = source.described(lock.bank, lock.version)
    bank = Bank(read_artifact(data), digest, described, own_aliases(source))
    return TrustedBank(bank=bank, released=released)


def _released(lock: Lock, digest: str, releases: Path) -> bool:
    """Whether this version is released; if it is, the ledger has to agree."""
    entry = read_ledger(releases / LEDGER_NAME).find(lock.bank, lock.version)
    if entry is None:
        return False
    if entry.artifact != digest:
        raise UntrustedError(
            f"{lock.bank} {lock.version} is released: {releases / LEDGER_NAME} pins "
            f"{entry.artifact}, found {digest}; give a changed bank a new version"
        )
    return True


def _ledger_folder(folder: Path) -> Path:
    """Where the ledger lies for an artifact in ``folder``: above a release, else beside it."""
    above = folder.resolve().parents
    return above[1] if len(above) > 1 and (above[1] / LEDGER_NAME).is_file() else folder


def _bytes(path: Path) -> bytes:
    try:
        return read_regular(path, ARTIFACT)
    except OSError as error:
        raise TrainerError(f"{path}: no artifact to train on: {error.strerror}") from error


def _is_locked(folder: Path, lock: Lock) -> bool:
    """Whether the sources are still those that the lock was written for."""
    from mien.authored.documents import gather

    documents = gather(folder).documents
    return {name: one.digest for name, one in documents.items()} == lock.sources


def _compiled(folder: Path) -> bytes:
    from mien.artifact.write import artifact_bytes
    from mien.authored.reader import read_bank
    from mien.compile import compile_tables

    return artifact_bytes(compile_tables(read_bank(folder)))
