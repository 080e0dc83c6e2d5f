"""The state of a bank's folder: its last good artifact, what is wrong now, and waiting for news."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Condition, Lock

from attrs import evolve, field, frozen

from mien.artifact.write import artifact_bytes
from mien.authored.bank import AuthoredBank
from mien.authored.reader import read_bank
from mien.engine.registry import get_engine
from mien.errors import SourceError
from mien.lint import lint
from mien.text.fault import Fault, Severity, fault
from mien.text.files import shown_path
from mien.versions import ENGINE


@frozen(kw_only=True, eq=False)
class Snapshot:
    """One state of a bank. ``bank``, ``artifact`` and ``digest`` are those of the last good one.

    ``faults`` are of the files as they are now, warnings among them; ``fresh`` says that the files
    as they are now can be drawn, so that the artifact is theirs, rules broken or not; ``relaxed``
    that it was compiled without the rules that keep channels apart. ``revision`` counts the states.
    """

    folder: Path
    revision: int = field(default=0)
    bank: AuthoredBank | None = field(default=None)
    artifact: bytes = field(default=b"")
    digest: str = field(default="")
    fresh: bool = field(default=False)
    relaxed: bool = field(default=False)
    faults: tuple[Fault, ...] = field(default=())


def first_snapshot(folder: Path) -> Snapshot:
    """The first snapshot of the bank in ``folder``; faults are in it, not raised."""
    return next_snapshot(Snapshot(folder=folder))


def next_snapshot(before: Snapshot) -> Snapshot:
    """Read the bank anew. Where it cannot be compiled, what was good stays, with the faults."""
    revision = before.revision + 1
    try:
        compiled = compile_for_view(before.folder)
    except SourceError as refusal:
        return evolve(before, revision=revision, fresh=False, faults=refusal.faults)
    except Exception as error:  # noqa: BLE001, RUF100  the page stays up whatever a file holds
        return evolve(
            before, revision=revision, fresh=False, faults=(_unexpected(before.folder, error),)
        )
    return evolve(
        before,
        revision=revision,
        bank=compiled.bank,
        artifact=compiled.artifact,
        digest=hashlib.sha256(compiled.artifact).hexdigest(),
        fresh=True,
        relaxed=compiled.relaxed,
        faults=compiled.faults,
    )


@frozen(kw_only=True, eq=False)
class CompiledForView:
    """A bank, its artifact and what is wrong with it; nothing about it is proved.

    ``relaxed``: its archetypes break the rules that keep channels apart, so that it was compiled
    without these, to be seen as it is written.
    """

    bank: AuthoredBank
    artifact: bytes
    faults: tuple[Fault, ...]
    relaxed: bool

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that `mien check` and `mien compile` refuse."""
        return tuple(fault for fault in self.faults if fault.severity is Severity.ERROR)


def compile_for_view(folder: Path) -> CompiledForView:
    """Compile the bank in ``folder`` in memory, without certificate and lock.

    A bank that breaks a lint rule is compiled all the same: it is work in progress.

    Raises:
        SourceError: it cannot be read or solved.
    """
    bank = read_bank(folder)
    found = lint(bank)
    engine = get_engine(ENGINE)
    relaxed = False
    try:
        tables = engine.compile_tables(bank)
    except SourceError as refusal:
        broken = any(fault.severity is Severity.ERROR for fault in found)
        found = found if broken else (*found, *refusal.faults)
        try:
            tables = engine.compile_tables(_without_conflicts(bank))
        except SourceError:
            raise SourceError(found) from refusal
        relaxed = True
    return CompiledForView(
        bank=bank, artifact=artifact_bytes(tables), faults=found, relaxed=relaxed
    )


def _without_conflicts(bank: AuthoredBank) -> AuthoredBank:
    rules = evolve(bank.rules, antagonists=evolve(bank.rules.antagonists, overrides=()))
    return evolve(bank, rig=evolve(bank.rig, antagonists=(), ceilings=()), rules=rules)


def _unexpected(folder: Path, error: Exception) -> Fault:
    message = f"the bank could not be read: {type(error).__name__}: {error}"
    hint = "save the file again; if this stays, it is a defect of mien"
    return fault(shown_path(folder), code="unexpected", message=message, hint=hint)


class StateStream:
    """Holds the newest ``snapshot``; threads wait here for a newer one, until it is ``closed``."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.closed = False
        self._condition = Condition()
        self._reading = Lock()

    def refresh(self) -> Snapshot:
        """Read the bank anew and wake all who wait."""
        with self._reading:
            newer = next_snapshot(self.snapshot)
            with self._condition:
                revision = self.snapshot.revision + 1
                newer = self.snapshot = evolve(newer, revision=revision)
                self._condition.notify_all()
        return newer

    def touch(self) -> None:
        """Wake all who wait, for something beside the bank has changed."""
        with self._condition:
            self.snapshot = evolve(self.snapshot, revision=self.snapshot.revision + 1)
            self._condition.notify_all()

    def after(self, revision: int, timeout: float) -> Snapshot | None:
        """The first newer than ``revision``; None after ``timeout`` seconds, or at the end."""
        with self._condition:
            self._condition.wait_for(
                lambda: self.closed or self.snapshot.revision > revision, timeout
            )
            newer = self.snapshot.revision > revision
            return self.snapshot if newer and not self.closed else None

    def close(self) -> None:
        """End the stream and wake all who wait."""
        with self._condition:
            self.closed = True
            self._condition.notify_all()
