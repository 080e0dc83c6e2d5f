"""What a person calls a reader: a file, or the name of one that is released."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from mien.errors import QueryError
from mien.release.folder import ReleaseFolder, artifact_of
from mien.release.ledger import LEDGER_NAME, READERS, read_ledger
from mien.resources import presets
from mien.semver import precedence
from mien.text.suggest import did_you_mean

DEFAULT = "albert"
"""The reader that is taken where none is named."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*(?:@[0-9A-Za-z.+-]+)?")


@frozen(kw_only=True)
class ReaderSource:
    """A reader that was found: its file, and the sha256 that its ledger pins, "" of other files."""

    path: Path
    sha256: str = ""


def find_reader(source: str | Path | None) -> ReaderSource:
    """The reader that ``source`` means: ``NAME`` (the newest release), ``NAME@VERSION``, a file.

    Of None the one that ships. Releases that ship come first, then those of the folder that the
    program runs in.

    Raises:
        QueryError: there is none.
        SourceError: a ledger that has to be looked at is damaged.
    """
    name = DEFAULT if source is None else str(source)
    if not isinstance(source, Path) and _NAME.fullmatch(name):
        found = _released(name)
        if found is not None:
            return found
    path = Path(name)
    if isinstance(source, Path) or path.exists():
        return ReaderSource(path=path)
    raise QueryError(_nothing(name))


def _released(name: str) -> ReaderSource | None:
    wanted, at, version = name.partition("@")
    found = [
        (precedence(known.partition("@")[2]), one)
        for known, one in _all()
        if known == name or (not at and known.partition("@")[0] == wanted)
    ]
    if not found and at and version == "latest":
        return _released(wanted)
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _all() -> Iterator[tuple[str, ReaderSource]]:
    """Every released reader as NAME@VERSION; a name in two places is that of the first."""
    taken: dict[str, Path] = {}
    for releases in _homes():
        for entry in read_ledger(releases / LEDGER_NAME).entries:
            home = ReleaseFolder(releases=releases, bank=entry.bank, version=entry.version)
            if taken.setdefault(entry.bank, releases) == releases:
                path = home.path / artifact_of(entry.bank)
                yield (
                    f"{entry.bank}@{entry.version}",
                    ReaderSource(path=path, sha256=entry.artifact),
                )


def _homes() -> Iterator[Path]:
    for folder in (presets() / "releases", Path("releases"), Path("presets", "releases")):
        yield folder / READERS


def _nothing(name: str) -> str:
    known = [known for known, _ in _all()]
    bank = name.partition("@")[0]
    versions = [one.partition("@")[2] for one in known if one.partition("@")[0] == bank]
    if versions:
        return f"there is no release {name} of a reader; released: {', '.join(versions)}"
    hint = did_you_mean(name, sorted({one.partition("@")[0] for one in known}))
    return f"no reader {name}: expected a file or the name of a release" + (
        f"; {hint}" if hint else ""
    )
