"""A lock from its text, and whether it still says what the sources say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.authored.documents import Sources
from mien.errors import SourceError
from mien.lock.record import Lock
from mien.lock.write import write_lock
from mien.text.fault import refusal
from mien.text.files import conflict_faults
from mien.text.node import plain
from mien.text.regular_file import ARTIFACT, LOCK, read_regular
from mien.text.yaml_nodes import parse_yaml
from mien.versions import ENGINE, VERSIONS

_CONVERTER = Converter(forbid_extra_keys=True)

SCHEMAS = ("mien/lock/1", "mien/lock/2")
"""Released locks are frozen: what one mien wrote, every later one reads."""

_MALFORMED = "this is not a lock that mien wrote"
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
    return parse_written(data, name, SCHEMAS, Lock, write_lock, "mien compile", _CONFLICT)


Record = TypeVar("Record")


def parse_written(
    data: bytes,
    name: str,
    schemas: tuple[str, ...],
    record: type[Record],
    write: Callable[[Record], str],
    command: str,
    conflict: str = "",
) -> Record:
    """The ``record`` that a lock of one of the ``schemas`` spells, if ``write`` gives its bytes.

    ``command`` writes such locks; ``conflict`` is what to do where git left two versions.

    Raises:
        SourceError: it is no such lock, of another version, or edited.
    """

    def refuse(code: str, message: str) -> SourceError:
        hint = f"run `{command}` to write it anew, and read the difference"
        return refusal(name, code, message, hint)

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse("lock-not-text", "this is not UTF-8 text") from error
    if conflict and (conflicts := conflict_faults(text, name, conflict)):
        raise SourceError(conflicts)
    root, faults = parse_yaml(text, name)
    if root is None or faults:
        raise SourceError(faults)
    document = plain(root)
    if not isinstance(document, dict):
        raise refuse("lock-malformed", _MALFORMED)
    found = document.pop("schema", None)
    if found not in schemas:
        message = f"found schema {found!r}, expected {' or '.join(schemas)}"
        raise refuse("schema-version", message)
    try:
        lock = _CONVERTER.structure(document, record)
    except (BaseValidationError, TypeError, ValueError) as error:
        raise refuse("lock-malformed", _MALFORMED) from error
    if write(lock) != text:
        raise refuse("lock-edited", "this lock was changed after mien wrote it")
    return lock


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
