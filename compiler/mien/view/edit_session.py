"""Edits of a bank's files: shown, tried, written and taken back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from threading import Lock

from attrs import evolve, field, frozen

import mien
from mien.authored.bank import AuthoredBank, Document
from mien.authored.documents import document_named
from mien.errors import SourceError
from mien.resolve import is_released
from mien.text.fault import Fault, Severity
from mien.text.files import shown_path
from mien.text.node import Place
from mien.text.suggest import did_you_mean, label_hint
from mien.view.bank_files import BankFiles, digest
from mien.view.change import Change, EditRefusedError, block_text, changed_text
from mien.view.state import compile_for_view

_BOM = "\ufeff"


@frozen(kw_only=True)
class Preview:
    """What an edit would do. ``base`` is the digest of the file that it was made for.

    ``text`` is what the file would say, ``lines`` are the edited mapping with its key, ready to
    paste; ``diff`` is unified, without its header; ``faults`` are the errors that the whole bank
    would have. ``drawable`` says that the bank could be drawn with them, so that the edit may be
    written as work in progress.
    """

    file: str
    line: int
    base: str
    text: str
    lines: str
    diff: tuple[str, ...]
    faults: tuple[Fault, ...]
    drawable: bool


@frozen(kw_only=True)
class _Written:
    document: Document
    before: bytes
    after: str


class EditSession:
    """One writer at a time, and the way back from each write."""

    def __init__(self, bank: Callable[[], AuthoredBank | None], files: BankFiles) -> None:
        self._bank = bank
        self._files = files
        self._lock = Lock()
        self._writes: list[_Written] = []

    def preview(self, change: Change) -> Preview:
        """What the change would do to the file as it is now.

        Raises:
            EditRefusedError: it cannot be made.
        """
        bank = self._require_bank()
        document = _document(bank, change)
        before = self._files.read(document.path)
        after = _edited(before, document, change, bank)
        text = _text(before)
        edited = _text(after)
        trial = Trial() if after == before else try_edit(bank, self._files, document, after)
        line, lines = block_text(edited, change, json=_is_json(document))
        return Preview(
            file=shown_path(document.path),
            line=line,
            base=digest(before),
            text=edited,
            lines=lines,
            diff=_diff(text, edited),
            faults=trial.faults,
            drawable=trial.drawable,
        )

    def write(self, change: Change, base: str, *, draft: bool = False) -> str:
        """Make the change in the file that has the digest ``base``; returns the file's name.

        A ``draft`` may break lint rules, as long as the bank can be drawn.

        Raises:
            EditConflictError: the file has changed meanwhile.
            EditRefusedError: it cannot be made, or the bank would have faults.
            OSError: the file cannot be written.
        """
        with self._lock:
            bank = self._require_bank()
            document = _document(bank, change)
            before = self._files.read_unchanged(document.path, base)
            after = _edited(before, document, change, bank)
            if after == before:
                raise EditRefusedError("this changes nothing")
            self._replace(bank, document, before, after, draft=draft)
            self._writes.append(_Written(document=document, before=before, after=digest(after)))
            return shown_path(document.path)

    def undo(self) -> str:
        """Take the last write back; returns the file's name.

        Raises:
            EditConflictError: the file has changed since.
            EditRefusedError: nothing was written, or the bank would have faults.
            OSError: the file cannot be written.
        """
        with self._lock:
            if not self._writes:
                raise EditRefusedError("there is nothing to undo")
            last = self._writes[-1]
            now = self._files.read_unchanged(last.document.path, last.after)
            # What was there before may have been a draft itself.
            self._replace(self._require_bank(), last.document, now, last.before, draft=True)
            self._writes.pop()
            return shown_path(last.document.path)

    @property
    def writes(self) -> int:
        """How many writes can be taken back."""
        return len(self._writes)

    def _require_bank(self) -> AuthoredBank:
        bank = self._bank()
        if bank is None:
            raise EditRefusedError("the bank cannot be read yet; mend its faults first")
        return bank

    def _replace(
        self, bank: AuthoredBank, document: Document, before: bytes, after: bytes, *, draft: bool
    ) -> None:
        reason = read_only(document.path)
        if reason:
            raise EditRefusedError(f"{shown_path(document.path)} is not written to: {reason}")
        trial = try_edit(bank, self._files, document, after)
        if trial.faults and not (draft and trial.drawable):
            message = "nothing was written: the bank would have faults"
            unwritten = {shown_path(document.path): _text(after)}
            raise EditRefusedError(message, trial.faults, unwritten)
        self._files.replace(document.path, after, digest(before))


def read_only(path: Path) -> str:
    """Why the file is not written to, or an empty text where it may be."""
    if path.resolve().is_relative_to(Path(mien.__file__).resolve().parent):
        return "this bank ships with mien; `mien init` makes a copy of your own"
    if is_released(path):
        return "a release is frozen; view the bank's own folder to edit it"
    return "" if os.access(path, os.W_OK) else "its permissions do not allow it"


def _document(bank: AuthoredBank, change: Change) -> Document:
    labels = {emotion.label: emotion for emotion in bank.emotions}
    emotion = labels.get(change.label)
    if emotion is None:
        hint = label_hint(change.label, tuple(labels), bank.aliases)
        raise EditRefusedError(f"the bank has no label {change.label}: {hint}")
    names = tuple(emotion.styles) if change.style else bank.manifest.intensities
    if change.name not in names:
        kind = "style" if change.style else "intensity"
        raise EditRefusedError(
            f"{change.label} has no {kind} {change.name}: it has {', '.join(names)}"
        )
    low = -1.0 if change.style else 0.0
    for channel, value in change.values.items():
        if channel not in bank.rig.index:
            hint = did_you_mean(channel, bank.rig.names)
            raise EditRefusedError(f"the rig has no channel {channel}. {hint}".strip())
        if not low <= value <= 1.0:
            raise EditRefusedError(f"{channel} is {value:g}, expected a number in [{low:g}, 1]")
    return document_named(bank, f"emotions/{change.label}")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        raise EditRefusedError("the file is not UTF-8; mend it first") from None


def _edited(before: bytes, document: Document, change: Change, bank: AuthoredBank) -> bytes:
    text = _text(before)
    edited = changed_text(text, change, bank.rig, json=_is_json(document))
    mark = _BOM if before.startswith(_BOM.encode()) else ""
    return (mark + edited).encode()


def _is_json(document: Document) -> bool:
    return document.path.suffix == ".json"


def _diff(before: str, after: str) -> tuple[str, ...]:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return tuple(lines)[2:]


@frozen(kw_only=True)
class Trial:
    """The errors that a bank would have, and whether it could be drawn with them."""

    faults: tuple[Fault, ...] = field(default=())
    drawable: bool = field(default=True)


def try_edit(bank: AuthoredBank, files: BankFiles, edited: Document, data: bytes) -> Trial:
    """What would be wrong with the bank if its document ``edited`` held ``data``.

    The bank is put together in a folder of its own from its files as they are now, then read,
    linted and compiled. Places in the faults name the bank's own files.

    Raises:
        EditRefusedError: a file of the bank cannot be read.
        OSError: a file cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix="mien-view-") as scratch:
        folder = Path(scratch) / bank.manifest.id
        for document in bank.documents.values():
            copy = folder / document.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data if document.name == edited.name else files.read(document.path))
        try:
            errors = compile_for_view(folder).errors
            return Trial(faults=tuple(_at_own_files(errors, folder, bank)))
        except SourceError as refusal:
            faults = tuple(_at_own_files(refusal.faults, folder, bank))
            return Trial(faults=faults, drawable=False)


def _at_own_files(faults: tuple[Fault, ...], folder: Path, bank: AuthoredBank) -> Iterator[Fault]:
    """The errors among the faults, at the files that the copies were made of."""
    own = {
        shown_path(folder / document.name): shown_path(document.path)
        for document in bank.documents.values()
    }
    for fault in faults:
        if fault.severity is Severity.ERROR:
            place = fault.place
            own_file = own.get(place.file, place.file)
            yield evolve(fault, place=Place(own_file, place.line, place.column))
