"""The bank that a training learns: only the artifact that was reviewed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from attrs import frozen

from mien.bank import Bank
from mien.find import BUILD
from mien.fresh import LOCK_NAME
from mien.lock.read import read_lock
from mien.lock.record import Lock
from mien.release.layout import artifact_of, releases_beside
from mien.release.ledger import LEDGER_NAME, read_ledger
from mien.release.semver import is_version, precedence
from mien.resources import presets
from mien_trainer.fault import TrainerError
from mien_trainer.targets.manifest import Manifest

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Untrusted(TrainerError):
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
    """The bank called ``source``: one that ships (its newest release), a folder, or an artifact.

    A folder's artifact is that of ``build/`` if it is there, else its sources are compiled; an
    artifact has its lock beside it.

    Raises:
        Untrusted: the artifact is not the one that the lock or the ledger pins.
        TrainerError: there is no such bank, artifact or lock.
        SourceError: the sources, the lock or the ledger cannot be read.
    """
    path = Path(source)
    shipped = _newest_release(source) if _NAME.fullmatch(source) else None
    if shipped is not None:
        return _checked(shipped, shipped / artifact_of(source), presets() / "releases")
    if path.is_file():
        return _checked(path.parent, path, _ledger_folder(path.parent))
    folder = presets() / source if _NAME.fullmatch(source) and not path.is_dir() else path
    if not (folder / LOCK_NAME).is_file():
        raise TrainerError(
            f"no bank {source} to train on: expected a folder with a {LOCK_NAME}, the name of a "
            "bank that ships, or an artifact; `mien compile` writes the lock"
        )
    return _checked(folder, None, releases_beside(folder))


def check_data(manifest: Manifest, trusted: TrustedBank, data: Path) -> None:
    """See that the targets were made for this very bank.

    Raises:
        Untrusted: they were made for another artifact.
    """
    if manifest.artifact != trusted.digest:
        raise Untrusted(
            f"{data}: these targets were made for artifact {manifest.artifact} "
            f"({manifest.bank} {manifest.version}), the bank {trusted.bank.id} "
            f"{trusted.bank.version} has {trusted.digest}; make the targets again, or name the "
            "bank they were made for"
        )


def _checked(folder: Path, artifact: Path | None, releases: Path) -> TrustedBank:
    lock = read_lock(folder / LOCK_NAME)
    if lock is None:
        raise TrainerError(f"{folder / LOCK_NAME}: there is no such file, so nothing is pinned")
    built = artifact or BUILD / lock.artifact.file
    if artifact is not None or built.is_file():
        data = _bytes(built)
        found = str(built)
    else:
        data = _compiled(folder)
        found = f"what the sources in {folder} compile to"
    digest = hashlib.sha256(data).hexdigest()
    if digest != lock.artifact.sha256:
        raise Untrusted(
            f"{found} has sha256 {digest}, {folder / LOCK_NAME} pins {lock.artifact.sha256}; "
            "run `mien compile` and review what it changes"
        )
    released = _released(lock, digest, releases)
    from mien.artifact.read import read_artifact

    return TrustedBank(bank=Bank(read_artifact(data), digest), released=released)


def _released(lock: Lock, digest: str, releases: Path) -> bool:
    """Whether this version is released; if it is, the ledger has to agree."""
    entry = read_ledger(releases / LEDGER_NAME).find(lock.bank, lock.version)
    if entry is None:
        return False
    if entry.artifact != digest:
        raise Untrusted(
            f"{lock.bank} {lock.version} is released: {releases / LEDGER_NAME} pins "
            f"{entry.artifact}, found {digest}; give a changed bank a new version"
        )
    return True


def _newest_release(bank: str) -> Path | None:
    folders = (presets() / "releases" / bank).glob("*")
    versions = [one for one in sorted(folders) if is_version(one.name)]
    return max(versions, key=lambda one: precedence(one.name), default=None)


def _ledger_folder(folder: Path) -> Path:
    """Where the ledger lies for an artifact in ``folder``: above a release, else beside it."""
    above = folder.resolve().parents
    return above[1] if len(above) > 1 and (above[1] / LEDGER_NAME).is_file() else folder


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainerError(f"{path}: no artifact to train on: {error.strerror}") from error


def _compiled(folder: Path) -> bytes:
    from mien.artifact.write import artifact_bytes
    from mien.authored.reader import read_bank
    from mien.compile import compile_tables

    return artifact_bytes(compile_tables(read_bank(folder)))
