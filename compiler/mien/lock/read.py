"""A lock from its text, and whether it still says what the sources say."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.authored.documents import Sources
from mien.errors import SourceError
from mien.lock.record import Lock
from mien.lock.write import write_lock
from mien.text.fault import refusal
from mien.text.files import conflict_faults
from mien.text.node import Node, plain
from mien.text.regular_file import ARTIFACT, LOCK, read_regular
from mien.text.yaml_nodes import parse_yaml
from mien.versions import ENGINE, VERSIONS

_CONVERTER = Converter(forbid_extra_keys=True)

SCHEMAS = ("mien/lock/1", "mien/lock/2")
"""Released locks are frozen: what one mien wrote, every later one reads."""

_CONFLICT = "resolve the sources, then run `mien compile`: it writes the whole lock anew"


def read_lock(path: Path) -> Lock | None:
    """The lock at ``path``, or None where there is none.

    A lock is canonical: text that `mien compile` would not have written is refused, so that a hand
    edit or a badly merged conflict never passes for a promise.

    Raises:
        SourceError: the file is not a lock, of another version, or edited.
        OSError: the file exists but cannot be read.
    """
    try:
        data = read_regular(path, LOCK)
    except FileNotFoundError:
        return None
    return parse_lock(data, str(path))


def parse_lock(data: bytes, name: str) -> Lock:
    """The lock that ``data`` spells; ``name`` is the file that faults are reported in.

    Raises:
        SourceError: as `read_lock`.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refuse(name, "lock-not-text", "this is not UTF-8 text") from error
    if conflicts := conflict_faults(text, name, _CONFLICT):
        raise SourceError(conflicts)
    root, faults = parse_yaml(text, name)
    if root is None or faults:
        raise SourceError(faults)
    document = _versioned(root, name)
    try:
        lock = _CONVERTER.structure(document, Lock)
    except BaseValidationError as error:
        raise _refuse(name, "lock-malformed", "this is not a lock that mien wrote") from error
    if write_lock(lock) != text:
        raise _refuse(name, "lock-edited", "this lock was changed after mien wrote it")
    return lock


def _versioned(root: Node, name: str) -> dict[str, object]:
    document = plain(root)
    if not isinstance(document, dict):
        raise _refuse(name, "lock-malformed", "this is not a lock that mien wrote")
    found = document.pop("schema", None)
    if found not in SCHEMAS:
        message = f"found schema {found!r}, expected {' or '.join(SCHEMAS)}"
        raise _refuse(name, "schema-version", message)
    return dict(document)


def _refuse(name: str, code: str, message: str) -> SourceError:
    hint = "run `mien compile` to write it anew, and read the difference"
    return refusal(name, code, message, hint)


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
    if lock.schemas.get("artifact", 0) not in range(1, VERSIONS["artifact"] + 1):
        return None
    try:
        data = read_regular(out / lock.artifact.file, ARTIFACT)
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != lock.artifact.sha256:
        return None
    digests = {name: document.digest for name, document in sources.documents.items()}
    return lock if digests == lock.sources else None
