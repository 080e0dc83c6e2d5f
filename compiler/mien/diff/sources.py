"""From what a person calls one side of a comparison to the bank."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import evolve

from mien import resources
from mien.artifact.read import read_artifact
from mien.authored.reader import read_bank
from mien.diff.fault import SideError
from mien.diff.revision import checked_out, find_revision
from mien.diff.semver import is_version
from mien.diff.side import Side, side_of_bank, side_of_tables
from mien.errors import SourceError
from mien.release.committed import checkout_of
from mien.text.fault import Fault
from mien.text.files import SUFFIXES, shown_path
from mien.text.suggest import did_you_mean

_NAME = re.compile(r"[a-z][a-z0-9_-]*\Z")


def load_side(text: str, near: Path | None = None) -> Side:
    """The bank that ``text`` means.

    In this order: a path that exists (a bank's folder, a release's folder, an artifact); a bank
    that ships; ``NAME@VERSION``, a release; ``VERSION``, a release of the bank in ``near``;
    ``REVISION:FOLDER`` or ``REVISION``, git's, of the folder ``near``.

    Args:
        text: what a person wrote.
        near: the folder of the bank on the other side.

    Raises:
        SideError: it is none of these.
        ArtifactError: the artifact is damaged or needs a newer mien.
        SourceError: the sources cannot be used.
    """
    path = Path(text)
    if path.exists() or path.is_symlink():
        return _at(path, text)
    if _NAME.match(text) and _is_bank(resources.presets() / text):
        return _at(resources.presets() / text, text)
    name, at, version = text.partition("@")
    if at and _NAME.match(name) and is_version(version):
        return _release(name, version, near)
    if is_version(text):
        if near is None:
            raise SideError(f"{text}: of which bank? write NAME@{text}")
        return _release(read_bank(near).manifest.id, text, near)
    revision, colon, folder = text.partition(":")
    if colon:
        return _revision(revision, folder, Path())
    if near is None or checkout_of(near) is None:
        raise SideError(_nothing(text))
    return _revision(text, None, near)


def source_folder(text: str) -> Path | None:
    """The folder of sources that ``text`` means, if it means one: what ``near`` can be."""
    path = Path(text)
    if _is_bank(path):
        return path
    shipped = resources.presets() / text
    return shipped if _NAME.match(text) and not path.exists() and _is_bank(shipped) else None


def release_folders(bank: str, near: Path | None) -> tuple[Path, ...]:
    """Where releases of a bank may lie: beside the bank ``near``, and among what ships."""
    shipped = resources.presets() / "releases" / bank
    if near is None:
        return (shipped,)
    beside = near.resolve().parent / "releases" / bank
    return (shipped,) if beside == shipped else (beside, shipped)


def _at(path: Path, name: str) -> Side:
    if path.is_file():
        if path.suffix in SUFFIXES:
            raise SideError(f"{name} is a source file; name the folder of its bank")
        return side_of_tables(read_artifact(path), name)
    if not _is_bank(path) and (path / "sources").is_dir():
        return _released(path, name)
    return side_of_bank(read_bank(path), name)


def _released(folder: Path, name: str) -> Side:
    """A release: its sources, and the tables that it froze."""
    artifacts = sorted(folder.glob("*.safetensors"))
    tables = read_artifact(artifacts[0]) if artifacts else None
    return side_of_bank(read_bank(folder / "sources"), name, tables=tables)


def _release(bank: str, version: str, near: Path | None) -> Side:
    homes = release_folders(bank, near)
    for home in homes:
        if (home / version).is_dir():
            return _at(home / version, f"{bank}@{version}")
    known = sorted({one.name for home in homes if home.is_dir() for one in home.iterdir()})
    hint = f"; released: {', '.join(known)}" if known else f"; {bank} has no releases yet"
    raise SideError(f"there is no release {version} of {bank}{hint}")


def _revision(text: str, folder: str | None, near: Path) -> Side:
    revision = find_revision(text, folder, near)
    name = f"{revision.text}:{revision.folder}"
    with checked_out(revision) as top:
        found, shown = f"{shown_path(top)}/", f"{revision.text}:"
        try:
            bank = read_bank(top / revision.folder)
        except SourceError as refusal:
            raise SourceError(_shown(fault, found, shown) for fault in refusal.faults) from None
        return side_of_bank(bank, name, found=found, shown=shown)


def _shown(fault: Fault, found: str, shown: str) -> Fault:
    place = evolve(fault.place, file=fault.place.file.replace(found, shown, 1))
    return evolve(fault, place=place)


def _is_bank(path: Path) -> bool:
    return any((path / f"bank{suffix}").is_file() for suffix in SUFFIXES)


def _nothing(text: str) -> str:
    shipped = sorted(one.parent.name for one in resources.presets().glob("*/bank.yaml"))
    close = did_you_mean(text, shipped)
    hint = f"; {close}" if close else ""
    return (
        f"there is no bank {text}: expected a folder, an artifact, the name of a bank that ships, "
        f"NAME@VERSION, or a git revision inside a git checkout{hint}"
    )
