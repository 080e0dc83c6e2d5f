"""From what a person calls a bank to its tables."""

from __future__ import annotations

import re
from pathlib import Path

from mien.engine.tables import Tables
from mien.errors import QueryError
from mien.queries import unknown
from mien.release.semver import is_version, precedence
from mien.resources import presets

BUILD = Path("build")
"""Where `mien compile` puts artifacts unless told otherwise."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def find_bank(source: str | Path) -> Tables:
    """The tables of a shipped bank, a folder or an artifact; see `mien.load`.

    Raises:
        QueryError: there is no such bank.
        ArtifactError: the artifact is damaged or needs a newer mien.
        SourceError: the folder's sources cannot be used.
    """
    if isinstance(source, str) and _NAME.fullmatch(source):
        shipped = _newest_release(source)
        if shipped is not None:
            return _artifact(shipped)
        if (presets() / source / "bank.yaml").is_file():
            return _folder(presets() / source)
    path = Path(source)
    if path.is_dir():
        return _folder(path)
    if path.is_file():
        return _artifact(path)
    if isinstance(source, str) and _NAME.fullmatch(source):
        unknown("bank", source, shipped_banks())
    raise QueryError(f"no bank at {path}: expected a folder with a bank.yaml, or an artifact")


def shipped_banks() -> list[str]:
    """The names of the banks that ship, released or not."""
    folders = {manifest.parent.name for manifest in presets().glob("*/bank.yaml")}
    return sorted(folders | {release.parent.parent.name for release in _releases("*")})


def _releases(name: str) -> list[Path]:
    found = (presets() / "releases").glob(f"{name}/*/*.safetensors")
    return sorted(path for path in found if is_version(path.parent.name))


def _newest_release(name: str) -> Path | None:
    return max(_releases(name), key=lambda path: precedence(path.parent.name), default=None)


def _artifact(path: Path) -> Tables:
    from mien.artifact.read import read_artifact

    return read_artifact(path)


def _folder(path: Path) -> Tables:
    from mien.authored.documents import gather
    from mien.fresh import fresh_lock

    sources = gather(path)
    lock = fresh_lock(path, sources, BUILD)
    if lock is not None:
        return _artifact(BUILD / lock.artifact.file)
    from mien.authored.reader import bank_of
    from mien.compile import compile_tables

    return compile_tables(bank_of(sources))
