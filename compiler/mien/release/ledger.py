"""A ledger: one entry a release, canonical YAML, only ever appended to.

Banks have one, and readers of text have one in the folder `READERS` beside them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from mien.errors import SourceError
from mien.semver import is_version, precedence
from mien.text.canonical import write_scalar
from mien.text.fault import refusal
from mien.text.files import conflict_faults, shown_path
from mien.text.node import Place
from mien.text.regular_file import LEDGER, read_regular
from mien.versions import schema_name

BANK, READER = "bank", "reader"
"""What a ledger is of, and the first key of its entries."""

READERS = "readers"
"""The folder among releases that those of readers lie in."""

FIRST = "0" * 64
"""What the first entry pins in place of an entry before it."""


@frozen(kw_only=True)
class Entry:
    """One release of a ``kind``: a bank, or a reader of text.

    ``bank`` is its name; ``engine`` the arithmetic of a bank, or the `READING` of a reader.
    ``lock``, ``artifact`` and the values of ``sources`` are sha256 in hex of the bytes of those
    files; ``sources`` has every frozen source by its path. ``previous`` is the sha256 of the text
    of the entry before, or ``FIRST``.
    """

    bank: str
    version: str
    engine: int
    lock: str
    artifact: str
    sources: Mapping[str, str]
    previous: str
    kind: str = BANK

    @property
    def name(self) -> str:
        """The release as people call it: ``default 1.2.0``."""
        return f"{self.bank} {self.version}"


@frozen(kw_only=True)
class Ledger:
    """All releases, oldest first."""

    entries: tuple[Entry, ...] = ()
    kind: str = BANK

    def find(self, bank: str, version: str) -> Entry | None:
        """The entry of that release, or None."""
        for entry in self.entries:
            if (entry.bank, entry.version) == (bank, version):
                return entry
        return None

    def of(self, bank: str) -> tuple[Entry, ...]:
        """The releases of one bank, oldest first."""
        return tuple(entry for entry in self.entries if entry.bank == bank)

    def not_newer(self, bank: str, version: str) -> str:
        """Why the version cannot be the bank's next release; nothing where it can."""
        newest = self.of(bank)[-1].version if self.of(bank) else ""
        if not newest or precedence(version) > precedence(newest):
            return ""
        return f"version {version} is not greater than the newest release, {newest}"


LEDGER_NAME = "ledger.yaml"
SCHEMA = schema_name("ledger")
_READER_SCHEMA = schema_name("reader-ledger")
_PINNED = "Entries are only ever appended; each pins the one before it.\n"
_HEADERS = {
    BANK: f"# Written by `mien release`. {_PINNED}schema: {SCHEMA}\n",
    READER: f"# Written by `mien reader release`. {_PINNED}schema: {_READER_SCHEMA}\n",
}
_ENTRIES = "releases:\n"
_NONE = "releases: []\n"

_FIELD = re.compile(r'(?:- |  )(\w+): ([^\s"]+|"[^"\\\x00-\x1f]*")')
_PART = "[A-Za-z0-9_][A-Za-z0-9_.-]*"
_SOURCE = re.compile(rf'    ({_PART}(?:/{_PART})*): ([0-9a-f]{{64}}|"[0-9a-f]{{64}}")')
_BANK = re.compile(r"[a-z][a-z0-9_-]*")
_CONFLICT_HINT = (
    "each entry pins the one before it, so that the two cannot be joined by hand: take the ledger "
    "and the releases of the branch that you merge into, and run `mien release` again"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def write_ledger(ledger: Ledger) -> str:
    """The canonical text of a ledger."""
    header = _HEADERS[ledger.kind]
    if not ledger.entries:
        return header + _NONE
    return header + _ENTRIES + "".join(map(write_entry, ledger.entries))


def write_entry(entry: Entry) -> str:
    """The canonical text of one entry: the bytes that the next entry's ``previous`` pins."""
    return "".join(f"{line}\n" for line in _lines(entry))


def entry_digest(entry: Entry) -> str:
    """The sha256 in hex of the entry's canonical text."""
    return hashlib.sha256(write_entry(entry).encode()).hexdigest()


def head_digest(ledger: Ledger) -> str:
    """What the next entry has to pin."""
    return entry_digest(ledger.entries[-1]) if ledger.entries else FIRST


def read_ledger(path: Path) -> Ledger:
    """The ledger at ``path``; an empty one where there is none. Its chain is not judged here.

    That in a folder called `READERS` is of readers.

    Raises:
        SourceError: the file is not a ledger as `mien release` writes it, naming the line.
        OSError: the file exists but cannot be read.
    """
    try:
        data = read_regular(path, LEDGER)
    except FileNotFoundError:
        return Ledger(kind=READER if path.parent.name == READERS else BANK)
    return parse_ledger(data, shown_path(path))


def parse_ledger(data: bytes, name: str) -> Ledger:
    """The ledger that ``data`` spells; ``name`` is the file that faults are reported in.

    Only canonical text is taken, so that the digest of an entry is the digest of its lines.

    Raises:
        SourceError: as `read_ledger`.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refuse(name, 0, "this is not UTF-8 text") from error
    conflicts = conflict_faults(text, name, _CONFLICT_HINT)
    if conflicts:
        raise SourceError(conflicts)
    kind = next((one for one, header in _HEADERS.items() if text.startswith(header)), BANK)
    if text == _HEADERS[kind] + _NONE:
        return Ledger(kind=kind)
    start = _HEADERS[kind] + _ENTRIES
    if not text.startswith(start):
        schema = re.search(r"^schema: (\S+)$", text, re.MULTILINE)
        if schema and schema[1] not in (SCHEMA, _READER_SCHEMA):
            raise _refuse(name, 2, f"found schema {schema[1]}, expected {SCHEMA}")
        raise _refuse(name, 1, "this is not a ledger that mien wrote")
    number = start.count("\n") + 1
    entries: list[Entry] = []
    for chunk in _chunks(text[len(start) :]):
        entry = _entry(chunk)
        if entry is None or write_entry(entry) != "".join(chunk) or entry.kind != kind:
            line = number + _first_bad(chunk, entry)
            raise _refuse(name, line, "this line is not as mien writes it")
        entries.append(entry)
        number += len(chunk)
    if not entries:
        raise _refuse(name, number, "expected an entry")
    return Ledger(entries=tuple(entries), kind=kind)


def _lines(entry: Entry) -> Iterator[str]:
    yield f"- {entry.kind}: {write_scalar(entry.bank)}"
    yield f"  version: {write_scalar(entry.version)}"
    yield f"  engine: {entry.engine}"
    yield f'  lock: "{entry.lock}"'
    yield f'  artifact: "{entry.artifact}"'
    yield "  sources:"
    for name, digest in sorted(entry.sources.items()):
        yield f'    {write_scalar(name)}: "{digest}"'
    yield f'  previous: "{entry.previous}"'


def _chunks(text: str) -> Iterator[list[str]]:
    """The lines of each entry, line ends kept."""
    chunk: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text):
        if line.startswith("- ") and chunk:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _entry(chunk: Iterable[str]) -> Entry | None:
    """The entry in the lines if they spell one; their order and form do not matter."""
    fields: dict[str, str] = {}
    sources: dict[str, str] = {}
    for line in chunk:
        text = line.removesuffix("\n")
        if (field := _FIELD.fullmatch(text)) is not None:
            fields[field[1]] = _value(field[2])
        elif (source := _SOURCE.fullmatch(text)) is not None:
            sources[source[1]] = _value(source[2])
    kind = READER if READER in fields else BANK
    try:
        entry = Entry(
            kind=kind,
            bank=fields[kind],
            version=fields["version"],
            engine=int(fields["engine"]),
            lock=fields["lock"],
            artifact=fields["artifact"],
            sources=sources,
            previous=fields["previous"],
        )
    except (KeyError, ValueError):
        return None
    return entry if _sound(entry) else None


def _value(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


def _sound(entry: Entry) -> bool:
    """Whether its name can be a folder's, and digests are digests; sources were read as such."""
    digests = (entry.lock, entry.artifact, entry.previous, *entry.sources.values())
    return (
        _BANK.fullmatch(entry.bank) is not None
        and is_version(entry.version)
        and entry.engine >= 1
        and all(_DIGEST.fullmatch(digest) for digest in digests)
    )


def _first_bad(chunk: list[str], entry: Entry | None) -> int:
    """Which line of the chunk to show: the first that differs from what would be written."""
    if entry is not None:
        expected = write_entry(entry).splitlines(keepends=True)
        pairs = zip(chunk, expected, strict=False)
        differing = (at for at, (one, other) in enumerate(pairs) if one != other)
        return next(differing, min(len(chunk), len(expected)) - 1)
    for at, line in enumerate(chunk):
        text = line.removesuffix("\n")
        if text != "  sources:" and not _FIELD.fullmatch(text) and not _SOURCE.fullmatch(text):
            return at
    return 0


def _refuse(name: str, line: int, message: str) -> SourceError:
    hint = "the ledger is written by `mien release` alone: restore it from version control"
    return refusal(Place(name, line, 1 if line else 0), "ledger-edited", message, hint)
