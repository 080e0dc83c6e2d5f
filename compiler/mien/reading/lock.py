"""A reader pinned: its file's digest, and what it makes of a frozen list of texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from attrs import field, frozen

from mien.lock.read import parse_written
from mien.reading.describe import reading_json
from mien.text.canonical import canonical, write_scalar
from mien.versions import READING, schema_name

if TYPE_CHECKING:
    from mien.reading.reader import Reader
    from mien.text.node import Plain

TOLERANCE = 0.005
"""By how much a probability of a reader that is not exact may differ from what its lock says."""

_OF_THE_BANK = ("vad",)
"""What of a reading may move with the bank, and is no part of its digest."""

_SCHEMA = schema_name("reader-lock")


@frozen(kw_only=True)
class Probe:
    """What a reader makes of a text: the top label, its anchor, and how sure it is.

    ``reading`` is the sha256 of all but VAD, which is the bank's, of an exact reader; of another
    there are the probabilities of its ``labels`` instead.
    """

    text: str
    label: str
    at: str
    confidence: float
    reading: str = ""
    labels: dict[str, float] = field(factory=dict[str, float])


@frozen(kw_only=True)
class ReaderLock:
    """What is pinned of a reader; ``engine`` is the `READING` that it was read with."""

    reader: str
    version: str
    engine: int
    sha256: str
    probes: tuple[Probe, ...]


def lock_path(reader: Path) -> Path:
    """Where the lock of a reader lies: its name with .lock."""
    return reader.with_suffix(".lock")


def reader_lock(data: bytes, reader: Reader, texts: Sequence[str]) -> ReaderLock:
    """The lock of ``reader``, whose file holds ``data``, by what it makes of the ``texts``."""
    return ReaderLock(
        reader=reader.weights.name,
        version=reader.weights.version,
        engine=READING,
        sha256=hashlib.sha256(data).hexdigest(),
        probes=tuple(_probe(text, reader) for text in texts),
    )


def _probe(text: str, reader: Reader) -> Probe:
    reading = reader(text)
    exact = reader.model.exact
    digest, labels = "", dict[str, float]()
    if exact:
        record = reading_json(reading, reader)
        kept = {key: value for key, value in record.items() if key not in _OF_THE_BANK}
        digest = hashlib.sha256(canonical(cast("dict[str, Plain]", kept)).encode()).hexdigest()
    else:
        labels = {name: round(value, 4) for name, value in reading.labels.items()}
    return Probe(
        text=text,
        label=reading.label,
        at=reading.at or "",
        confidence=reading.confidence if exact else round(reading.confidence, 4),
        reading=digest,
        labels=labels,
    )


def write_reader_lock(lock: ReaderLock) -> str:
    """The canonical text of a lock."""
    return "".join(f"{line}\n" for line in _lines(lock))


def _lines(lock: ReaderLock) -> Iterator[str]:
    yield f"schema: {_SCHEMA}"
    yield f"reader: {write_scalar(lock.reader)}"
    yield f'version: "{lock.version}"'
    yield f"engine: {lock.engine}"
    yield f'sha256: "{lock.sha256}"'
    yield "probes:"
    for one in lock.probes:
        yield f"  - text: {json.dumps(one.text, ensure_ascii=False)}"
        yield f"    label: {write_scalar(one.label)}"
        yield f"    at: {write_scalar(one.at)}"
        yield f"    confidence: {write_scalar(one.confidence)}"
        if one.reading:
            yield f'    reading: "{one.reading}"'
        else:
            values = (f"{write_scalar(k)}: {write_scalar(v)}" for k, v in one.labels.items())
            yield f"    labels: {{{', '.join(values)}}}"


def parse_reader_lock(data: bytes, name: str) -> ReaderLock:
    """The lock that ``data`` spells; ``name`` is the file that faults are reported in.

    Raises:
        SourceError: it is no lock, or not as mien writes it.
    """
    return parse_written(data, name, (_SCHEMA,), ReaderLock, write_reader_lock, "mien reader lock")


def drift(lock: ReaderLock, now: ReaderLock) -> list[str]:
    """What reads otherwise ``now`` than the lock says, in words.

    Of an exact reader any bit counts; of another a label, or a probability by over `TOLERANCE`.
    """
    found: list[str] = []
    for name in ("reader", "version", "engine", "sha256"):
        old, new = getattr(lock, name), getattr(now, name)
        if old != new:
            found.append(f"{name} is {new}, the lock has {old}")
    if [one.text for one in lock.probes] != [one.text for one in now.probes]:
        return [*found, "the list of texts is another"]
    for old, new in zip(lock.probes, now.probes, strict=True):
        said = _said(old, new)
        if said:
            found.append(f"{old.text!r} {said}")
    return found


def _said(old: Probe, new: Probe) -> str:
    if old.label != new.label:
        return f"reads {new.label} ({new.confidence:.2f}), the lock has {old.label}"
    if old.reading or new.reading:
        if (old.at, old.confidence) != (new.at, new.confidence):
            return (
                f"reads {new.label} {new.at} {new.confidence!r}, "
                f"the lock has {old.at} {old.confidence!r}"
            )
        return "" if old.reading == new.reading else "has other numbers than the lock"
    for name in old.labels.keys() | new.labels.keys():
        was, is_now = old.labels.get(name, 0.0), new.labels.get(name, 0.0)
        if abs(was - is_now) > TOLERANCE:
            return f"has {is_now:.4f} of {name}, the lock has {was:.4f}"
    return ""
