"""What a person calls a bank, and what is meant by it: one answer for every command.

In this order: the name of a bank that ships (its newest release; its folder where nothing is
released), ``NAME@VERSION`` and ``NAME@latest`` (a release), a path (the folder of a bank or of a
release, an artifact), ``VERSION`` alone (a release of the bank it is compared with), and, where
revisions are allowed, git's ``REVISION:FOLDER`` or ``REVISION``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mien.errors import QueryError
from mien.release.ledger import LEDGER_NAME, read_ledger
from mien.release.pinned import read_pinned
from mien.resources import presets
from mien.semver import is_version, precedence
from mien.text.files import SUFFIXES, shown_path
from mien.text.regular_file import ARTIFACT
from mien.text.suggest import did_you_mean

if TYPE_CHECKING:
    from mien.bank import Bank
    from mien.diff.revision import Revision
    from mien.engine.tables import Tables

BUILD = Path("build")
"""Where `mien compile` puts artifacts unless told otherwise."""

LATEST = "latest"
"""In place of a version: the newest release."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_SHORT = 8


class NewBankError(QueryError):
    """There is nothing to compare a bank with, because it is new."""

    def __init__(self, why: str) -> None:
        super().__init__(f"new bank, nothing to compare ({why})")


class Kind(Enum):
    """What a bank is taken from."""

    RELEASE = "release"
    FOLDER = "folder"
    ARTIFACT = "artifact"
    REVISION = "revision"


@frozen(kw_only=True)
class BankSource:
    """One bank, found but not yet read.

    ``name`` is what the person wrote, ``path`` the folder of a release or of a bank, or the file of
    an artifact. ``bank``, ``version`` and ``digest`` (the sha256 in hex of the artifact) are known
    of a release; the digest is what the ledger pins, "" without a ledger.
    """

    name: str
    kind: Kind
    path: Path
    bank: str = ""
    version: str = ""
    digest: str = ""
    revision: Revision | None = None

    @property
    def sources(self) -> Path:
        """The folder to read the bank's sources from."""
        return self.path / "sources" if self.kind is Kind.RELEASE else self.path

    @property
    def artifact(self) -> Path:
        """The artifact of a release, or the artifact itself."""
        return self.path / f"{self.bank}.safetensors" if self.kind is Kind.RELEASE else self.path

    @property
    def releases(self) -> Path:
        """Where this bank's releases lie: above a release, else beside the folder."""
        if self.kind is Kind.RELEASE:
            return self.path.parents[1]
        return Path(os.path.normpath(self.path / "..")) / "releases"

    def described(self, bank: str = "", version: str = "") -> str:
        """What was taken, in words: ``default 1.1.0 (release that ships, 3e339fe6...)``."""
        bank, version = bank or self.bank, version or self.version
        kind = "file" if self.kind is Kind.ARTIFACT and not bank else self.kind.value
        where = f"{kind} {shown_path(self.path)}"
        if self.kind is Kind.REVISION:
            where = f"git {self.name}"
        elif self.kind is Kind.RELEASE:
            ships = self.releases == presets() / "releases"
            where = "release that ships" if ships else f"release in {shown_path(self.releases)}"
            where += f", {self.digest[:_SHORT]}..." if self.digest else ""
            if _NAME.fullmatch(self.name) and is_bank(Path(self.name)):
                where += f"; for the folder write ./{self.name}"
        return f"{bank} {version} ({where})" if bank else where

    def as_json(self, bank: str = "", version: str = "") -> dict[str, str | None]:
        """The same for programs; null is what is not known."""
        return {
            "bank": bank or self.bank or None,
            "version": version or self.version or None,
            "kind": self.kind.value,
            "path": self.name if self.kind is Kind.REVISION else shown_path(self.path),
            "sha256": self.digest or None,
        }


def resolve(
    source: str | Path, near: BankSource | None = None, *, revisions: bool = False
) -> BankSource:
    """The bank that ``source`` means.

    Args:
        source: what a person wrote; a ``Path`` is only ever taken as a path.
        near: the bank that it is compared with: its releases are looked at first.
        revisions: whether git's revisions are meant, too.

    Raises:
        QueryError: there is no such bank, release or revision.
        NewBankError: ``NAME@latest`` or a revision, of a bank ``near`` that was not there yet.
        SourceError: a ledger that has to be looked at is damaged.
    """
    try:
        path = Path(source)
    except TypeError:
        text = f"bank is {source!r}, expected its name or its path as text or a Path"
        raise QueryError(text) from None
    name = str(source)
    if isinstance(source, str):
        found = _by_name(name, near)
        if found is not None:
            return found
    if name and (path.exists() or path.is_symlink()):
        return _at(path, name)
    if isinstance(source, str) and is_version(name):
        if near is None:
            raise QueryError(f"{name}: of which bank? write NAME@{name}")
        return _release(_id_of(near), name, near)
    if isinstance(source, str) and revisions:
        found = _revision(name, near)
        if found is not None:
            return found
    raise QueryError(_nothing(name, revisions=revisions))


def load_tables(source: BankSource) -> Tables:
    """The tables of a bank; a folder's artifact where it is fresh, else its sources compiled.

    Raises:
        ArtifactError: the artifact is damaged, needs a newer mien, or is not the ledger's.
        SourceError: the folder's sources cannot be used.
    """
    if source.kind is Kind.FOLDER:
        return _tables_of(source.path)
    from mien.artifact.read import read_artifact

    if not source.digest:
        return read_artifact(source.artifact)
    return read_artifact(read_pinned(source.artifact, ARTIFACT, source.digest))


def load_bank(source: BankSource) -> Bank:
    """The bank, with its own words for its labels where it has sources that give any.

    Raises:
        ArtifactError: as `load_tables`.
        SourceError: as `load_tables`, or its aliases cannot be read.
    """
    from mien.bank import Bank

    tables = load_tables(source)
    described = source.described(tables.bank, tables.version)
    return Bank(tables, source=described, own_aliases=own_aliases(source))


def own_aliases(source: BankSource) -> Mapping[str, tuple[str, ...]]:
    """A bank's own words for its labels; artifacts have none.

    Raises:
        SourceError: with every fault of the file.
    """
    if not any((source.sources / f"aliases{suffix}").is_file() for suffix in SUFFIXES):
        return {}  # a bank is evaluated without what reads sources
    from mien.authored.documents import read_valid
    from mien.authored.files import aliases_file
    from mien.authored.structure import aliases_record

    path = aliases_file(source.sources)
    return {} if path is None else aliases_record(read_valid(path, "aliases"))


def is_released(path: Path) -> bool:
    """Whether ``path`` is a release or lies in one, so that nothing may be written there."""
    home = Path(os.path.normpath(path.absolute()))
    return any(_is_release(one) for one in (home, *home.parents))


def is_bank(path: Path) -> bool:
    """Whether ``path`` is the folder of a bank: it has a manifest."""
    return any((path / f"bank{suffix}").is_file() for suffix in SUFFIXES)


def shipped_banks() -> list[str]:
    """The names of the banks that ship, released or not."""
    folders = {folder.name for folder in presets().glob("*") if is_bank(folder)}
    return sorted(folders | {one.bank for one in _listed(presets() / "releases")})


def _by_name(name: str, near: BankSource | None) -> BankSource | None:
    bank, at, version = name.partition("@")
    if not _NAME.fullmatch(bank):
        return None
    if at:
        wanted = version == LATEST or is_version(version)
        return _release(bank, version, near) if wanted else None
    shipped = [one for one in _listed(presets() / "releases") if one.bank == bank]
    if shipped:
        return evolve(_newest(shipped), name=name)
    folder = presets() / bank
    return _at(folder, name) if is_bank(folder) else None


def _at(path: Path, name: str) -> BankSource:
    if path.is_file() or (path.exists() and not path.is_dir()):  # a device is refused as no file
        return BankSource(name=name, kind=Kind.ARTIFACT, path=path)
    home = Path(os.path.normpath(path.absolute()))
    if is_bank(path) or not _is_release(home):
        return BankSource(name=name, kind=Kind.FOLDER, path=path)
    listed = (one for one in _listed(home.parents[1]) if one.path == home)
    return evolve(next(listed, _release_at(home)), name=name)


def _release(bank: str, version: str, near: BankSource | None) -> BankSource:
    """A release from the first place that has it; the newest is that of the first with any."""
    known: list[str] = []
    for releases in _homes(near):
        found = [one for one in _listed(releases) if one.bank == bank]
        if found and version == LATEST:
            return _newest(found)
        for one in found:
            if one.version == version:
                return one
        known += [one.version for one in found]
    if version == LATEST and near is not None and bank == _id_of(near):
        raise NewBankError(f"{bank} has no release yet")
    hint = did_you_mean(bank, shipped_banks())
    more = f"; {hint}" if hint else ""
    if known:
        raise QueryError(
            f"there is no release {version} of {bank}; released: {', '.join(dict.fromkeys(known))}"
        )
    raise QueryError(f"there is no release {version} of {bank}; {bank} has no releases yet{more}")


def _homes(near: BankSource | None) -> Iterator[Path]:
    """Where releases may lie: beside the other bank, among what ships, in this repository."""
    if near is not None:
        yield near.releases
    yield presets() / "releases"
    here = Path.cwd()
    above = [here, *here.parents]
    top = next((place for place in above if (place / ".git").exists()), here)
    for place in above[: above.index(top) + 1]:
        yield place / "releases"
        yield place / "presets" / "releases"


def _listed(releases: Path) -> Iterator[BankSource]:
    """Every release: those of the ledger, or the folders' where there is no ledger."""
    ledger = releases / LEDGER_NAME
    if ledger.exists():
        for entry in read_ledger(ledger).entries:
            yield evolve(_release_at(releases / entry.bank / entry.version), digest=entry.artifact)
    else:
        yield from map(_release_at, filter(_is_release, sorted(releases.glob("*/*"))))


def _release_at(home: Path) -> BankSource:
    bank, version = home.parent.name, home.name
    return BankSource(
        name=f"{bank}@{version}", kind=Kind.RELEASE, path=home, bank=bank, version=version
    )


def _newest(found: Sequence[BankSource]) -> BankSource:
    return max(found, key=lambda one: precedence(one.version))


def _revision(name: str, near: BankSource | None) -> BankSource | None:
    """A revision of git; None where there is no checkout to look into."""
    from mien.diff.revision import find_revision
    from mien.release.committed import checkout_of

    revision, colon, folder = name.partition(":")
    if colon:
        found = find_revision(revision, folder, Path())
    elif near is None or near.kind is not Kind.FOLDER or checkout_of(near.path) is None:
        return None
    else:
        found = find_revision(name, None, near.path)
    return BankSource(
        name=f"{found.text}:{found.folder}",
        kind=Kind.REVISION,
        path=Path(found.folder),
        revision=found,
    )


def _id_of(near: BankSource) -> str:
    if near.kind is Kind.RELEASE:
        return near.bank
    if near.kind is Kind.ARTIFACT:
        return load_tables(near).bank
    from mien.authored.documents import parse
    from mien.text.node import text

    for suffix in SUFFIXES:
        path = near.path / f"bank{suffix}"
        if path.is_file():
            root, _ = parse(path, shown_path(path), near.path.resolve())
            return (None if root is None else text(root, "id")) or ""
    return ""


def _tables_of(folder: Path) -> Tables:
    from mien.authored.documents import gather
    from mien.lock.read import fresh_lock

    sources = gather(folder)
    lock = fresh_lock(folder, sources, BUILD)
    if lock is not None:
        from mien.artifact.read import read_artifact

        return read_artifact(BUILD / lock.artifact.file)
    from mien.authored.reader import bank_of
    from mien.compile import compile_tables

    return compile_tables(bank_of(sources))


def _is_release(path: Path) -> bool:
    artifact = path / f"{path.parent.name}.safetensors"
    return is_version(path.name) and artifact.is_file() and (path / "sources").is_dir()


def _nothing(name: str, *, revisions: bool) -> str:
    expected = (
        "expected a folder with a bank.yaml, an artifact, the name of a bank that ships, "
        + (
            "NAME@VERSION, or a git revision inside a git checkout"
            if revisions
            else "or NAME@VERSION"
        )
    )
    bank, at, _ = name.partition("@")
    if at and _NAME.fullmatch(bank):
        return f"{name}: expected a version such as 1.0.0, or latest, after the @"
    if os.sep in name or "/" in name:
        return f"no bank at {name}: {expected}"
    folder = Path("presets") / name
    if name and is_bank(folder):
        return f"no bank {name!r}: did you mean {folder.as_posix()}?"
    hint = did_you_mean(name, shipped_banks())
    if hint.startswith("did you mean"):
        return f"no bank {name!r}: {hint}"
    return f"no bank {name!r}: {expected}" + (f"; {hint}" if hint else "")
