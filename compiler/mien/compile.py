"""Presets to promise: from a bank's text to its tables, artifact, certificate and lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mien.authored.bank import AuthoredBank
from mien.authored.documents import locate
from mien.authored.reader import read_bank
from mien.engine.registry import get_engine
from mien.engine.tables import Tables
from mien.errors import CompileError, SourceError
from mien.lint import lint
from mien.lint.rule import distance, shown
from mien.lock.record import Lock
from mien.text.fault import Fault, Severity, fault
from mien.versions import ENGINE

if TYPE_CHECKING:
    from mien.authored.emotion import Emotion
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
        CompileError: the bank breaks a lint rule or cannot be solved.
        UnknownEngineError: this program does not have that engine.
    """
    errors = [fault for fault in lint(bank) if fault.severity is Severity.ERROR]
    if errors:
        raise CompileError(errors)
    try:
        return get_engine(engine).compile_tables(bank)
    except SourceError as refusal:
        raise CompileError(refusal.faults) from None


def compile_bank(
    bank: AuthoredBank, say: Callable[[str], None] | None = None, engine: int = ENGINE
) -> Compiled:
    """Compile, prove and pin a bank; ``say`` hears of every label that is proved.

    Raises:
        CompileError: the bank breaks a lint rule, cannot be solved, or is steeper than its budget.
        UnknownEngineError: this program does not have that engine.
    """
    from mien.certify import certify, check_budget

    tables = compile_tables(bank, engine)
    certificate = certify(tables, say)
    slope = bank.manifest.budgets.slope
    breaches = check_budget(certificate, mean=slope.mean, channel=slope.channel)
    if breaches:
        raise CompileError(_steep(bank, alike) for alike in _alike(breaches))
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
        CompileError: as `compile_bank`.
        SourceError: for everything that the reader refuses.
        UnknownEngineError: this program does not have that engine.
    """
    return compile_bank(read_bank(folder), say, engine)


def _pinned(bank: AuthoredBank, tables: Tables, certificate: Certificate) -> Compiled:
    from mien.artifact.write import artifact_bytes
    from mien.lock.build import build_lock

    artifact = artifact_bytes(tables)
    lock = build_lock(bank, tables, artifact, certificate)
    return Compiled(bank=bank, tables=tables, artifact=artifact, lock=lock)


def _alike(breaches: Iterable[Breach]) -> Iterable[list[Breach]]:
    """Breaches of a label with the same numbers: of both sides, and of a style as without it."""
    groups: dict[object, list[Breach]] = {}
    for one in breaches:
        groups.setdefault((one.label, one.channel is None, one.bound), []).append(one)
    return groups.values()


def _steep(bank: AuthoredBank, alike: Sequence[Breach]) -> Fault:
    """A fault at the anchor nearest to where the face changes fastest, naming the two nearest."""
    breach = alike[0]
    channels = list(dict.fromkeys(one.channel for one in alike if one.channel is not None))
    styles = list(dict.fromkeys(one.style for one in alike if one.style != breach.style))
    emotion = next(one for one in bank.emotions if one.label == breach.label)
    apart = {
        name: distance(bank.manifest.metric, anchor.vad, breach.at)
        for name, anchor in emotion.anchors.items()
    }
    nearest = sorted(apart, key=apart.__getitem__)[:2]
    named = " and ".join(name for name in apart if name in nearest)
    also = "styles" if len(styles) > 1 else "style"
    more = f"; the same in {also} {' and '.join(map(str, styles))}" if styles else ""
    unlike = _unlike(emotion, nearest, channels)
    message = f"{breach.described(channels)}; the anchors nearest to there are {named}{more}"
    hint = f"move {named} apart, make the faces at them more alike{unlike}, or raise the budget"
    place = locate(bank, f"emotions/{breach.label}", ("anchors", nearest[0], "vad"))
    return fault(place, "too-steep", message, hint, path=f"anchors.{nearest[0]}")


def _unlike(emotion: Emotion, nearest: Sequence[str], channels: Sequence[str]) -> str:
    """Which of the two nearest faces is the least like the label's others, if that can be said."""
    faces = emotion.archetypes
    used = channels or sorted({channel for face in faces.values() for channel in face})

    def away(name: str) -> float:
        return sum(
            abs(faces[name].get(channel, 0.0) - other.get(channel, 0.0))
            for channel in used
            for other in faces.values()
        )

    first, *others = sorted(nearest, key=away, reverse=True)
    if not others or away(first) <= away(others[0]):
        return ""
    if not channels:
        return f" ({first} is the least like the others)"
    here, there = (shown(faces[name].get(channels[0], 0.0)) for name in (first, others[0]))
    return (
        f" ({first} is the least like the others: {channels[0]} is {here} there, "
        f"{there} at {others[0]})"
    )
