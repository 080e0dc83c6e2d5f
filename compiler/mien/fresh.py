"""Whether a bank's lock and artifact still say what its sources say, told without compiling."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mien.authored.documents import Sources
from mien.errors import SourceError
from mien.lock.read import read_lock
from mien.lock.record import Lock
from mien.versions import ENGINE, VERSIONS

LOCK_NAME = "mien.lock"


def fresh_lock(folder: Path, sources: Sources, out: Path) -> Lock | None:
    """The lock of the bank in ``folder``, if nothing about its ``sources`` has changed, else None.

    Unchanged means: every source digest, the engine and the form of the artifact are those of the
    lock, and the artifact in ``out`` has the digest that the lock pins. The lock's certificate may
    be of an older prover. An edited lock is not fresh, nor are sources with faults.
    """
    if sources.faults:
        return None
    try:
        lock = read_lock(folder / LOCK_NAME)
    except SourceError:
        return None
    if lock is None or lock.engine != ENGINE:
        return None
    if lock.schemas.get("artifact") != VERSIONS["artifact"]:
        return None
    try:
        data = (out / lock.artifact.file).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != lock.artifact.sha256:
        return None
    digests = {name: document.digest for name, document in sources.documents.items()}
    return lock if digests == lock.sources else None
