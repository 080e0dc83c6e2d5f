"""Presets to promise: from a bank's text to its tables, artifact, certificate and lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.documents import locate
from mien.authored.reader import read_bank
from mien.engine.registry import get_engine
from mien.engine.tables import Tables
from mien.errors import SourceError
from mien.lint import lint
from mien.lint.rule import distance
from mien.lock.record import Lock
from mien.text.fault import Fault, Severity
from mien.versions import ENGINE

if TYPE_CHECKING:
    from mien.certify import Certificate
    from mien.certify.certificate import Breach


@frozen(kw_only=True, eq=False)
class Compiled:
    """Everything that one compilation gives."""

    bank: AuthoredBank
    tables: Tables
    artifact: bytes
    lock: Lock


def compile_tables(bank: AuthoredBank, engine: int = ENGINE) -> Tables:
    """The tables of a bank that means what it says, without certificate or lock.

    Raises:
        SourceError: the bank breaks a lint rule or cannot be solved.
        UnknownEngineError: this program does not have that engine.
    """
    errors = [fault for fault in lint(bank) if fault.severity is Severity.ERROR]
    if errors:
        raise SourceError(errors)
    return get_engine(engine).compile_tables(bank)


def compile_bank(
    bank: AuthoredBank, say: Callable[[str], None] | None = None, engine: int = ENGINE
) -> Compiled:
    """Compile, prove and pin a bank; ``say`` hears of every label that is proved.

    Raises:
        SourceError: the bank breaks a lint rule, cannot be solved, or is steeper than its budget.
        UnknownEngineError: this program does not have that engine.
    """
    from mien.certify import certify, check_budget

    tables = compile_tables(bank, engine)
    certificate = certify(tables, say)
    slope = bank.manifest.budgets.slope
    breaches = check_budget(certificate, mean=slope.mean, channel=slope.channel)
    if breaches:
        raise SourceError(_steep(bank, breach) for breach in breaches)
    return _pinned(bank, tables, certificate)


def recompile(bank: AuthoredBank, engine: int) -> Compiled:
    """What ``engine`` makes of sources that were judged when they were released.

    Neither the lint rules nor the budgets are asked again: they may have become stricter since, and
    a release does not become another one by that.

    Raises:
        SourceError: the bank cannot be solved.
        UnknownEngineError: this program does not have that engine.
    """
    from mien.certify import certify

    tables = get_engine(engine).compile_tables(bank)
    return _pinned(bank, tables, certify(tables, None))


def compile_folder(
    folder: Path, say: Callable[[str], None] | None = None, engine: int = ENGINE
) -> Compiled:
    """`compile_bank` of the bank in ``folder``.

    Raises:
        SourceError: as `compile_bank`, and for everything that the reader refuses.
        UnknownEngineError: this program does not have that engine.
    """
    return compile_bank(read_bank(folder), say, engine)


def _pinned(bank: AuthoredBank, tables: Tables, certificate: Certificate) -> Compiled:
    from mien.artifact.write import artifact_bytes
    from mien.lock.build import build_lock

    artifact = artifact_bytes(tables)
    lock = build_lock(bank, tables, artifact, certificate)
    return Compiled(bank=bank, tables=tables, artifact=artifact, lock=lock)


def _steep(bank: AuthoredBank, breach: Breach) -> Fault:
    """A fault at the anchor nearest to where the face changes fastest, naming the two nearest."""
    emotion = next(one for one in bank.emotions if one.label == breach.label)
    apart = {
        name: distance(bank.manifest.metric, anchor.vad, breach.at)
        for name, anchor in emotion.anchors.items()
    }
    nearest = sorted(apart, key=apart.__getitem__)[:2]
    named = " and ".join(name for name in apart if name in nearest)
    return Fault(
        place=locate(bank, f"emotions/{breach.label}", ("anchors", nearest[0], "vad")),
        path=f"anchors.{nearest[0]}",
        code="too-steep",
        message=f"{breach}; the anchors nearest to there are {named}",
        hint=f"move {named} apart, make the faces at them more alike, or raise the budget",
    )
