"""What makes a lock stale, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mien.lock.record import LabelPin, Lock


def differences(old: Lock, new: Lock) -> tuple[str, ...]:
    """One line a fact that ``old`` pins otherwise than ``new``, sources first."""
    return tuple(_differences(old, new))


def _differences(old: Lock, new: Lock) -> Iterator[str]:
    for name in ("bank", "version", "engine"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: locked as {before}, now {after}"
    yield from _entries("schema", old.schemas, new.schemas)
    yield from _entries("source", old.sources, new.sources)
    if old.shared != new.shared:
        yield "shared tables: rules, metric or antagonists changed"
    yield from _entries("closest pair at", old.separation, new.separation)
    yield from _labels(old.labels, new.labels)
    if old.artifact != new.artifact:
        yield f"artifact: locked as {old.artifact.sha256[:12]}, now {new.artifact.sha256[:12]}"


def _entries(kind: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{kind} {name}: gone"
        elif name not in old:
            yield f"{kind} {name}: new"
        elif old[name] != new[name]:
            yield f"{kind} {name}: changed"


def _labels(old: Mapping[str, LabelPin], new: Mapping[str, LabelPin]) -> Iterator[str]:
    for label in dict.fromkeys((*old, *new)):
        before, after = old.get(label), new.get(label)
        if before is None or after is None:
            yield f"label {label}: {'new' if before is None else 'gone'}"
        elif before.table != after.table:
            yield f"label {label}: table changed"
        elif before != after:
            yield f"label {label}: certificate changed"
