"""Two versions of a bank to the faces that changed, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mien.authored.bank import AuthoredBank
from mien.authored.rig import Rig
from mien.sheet.faces import NamedFace, largest_movements, mean_difference, named_faces
from mien.sheet.page import Cell, Note, Page, Row

_Key = tuple[str, str]

SAME = 5e-4
"""A face has changed when some channel differs by more than this."""


def comparison(old: AuthoredBank, new: AuthoredBank) -> Page:
    """The faces that ``new`` adds, drops or changes, each beside the one of ``old``.

    Raises:
        SourceError: one of the banks cannot be compiled.
    """
    one, other = old.manifest, new.manifest
    name = "" if one.id == other.id else f"{other.id} "
    title = f"{one.title} {one.version} to {name}{other.version}"
    return compared(title, named_faces(old), named_faces(new), new.rig)


def compared(title: str, before: Iterable[NamedFace], after: Iterable[NamedFace], rig: Rig) -> Page:
    """The faces that differ, found by label and name."""
    old = {(face.label, face.name): face for face in before}
    new = {(face.label, face.name): face for face in after}
    rows = tuple(_rows(old, new, rig))
    all_faces = len({**old, **new})
    summary = f"{len(rows)} of {all_faces} faces changed." if rows else "No face changed."
    return Page(title=title, summary=(summary,), rows=rows, aliases=rig.aliases)


def _rows(
    before: Mapping[_Key, NamedFace], after: Mapping[_Key, NamedFace], rig: Rig
) -> Iterator[Row]:
    for key in {**after, **before}:
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield _row(key, old, new, (Note(text="new" if old is None else "removed"),))
            continue
        change = _change(old.weights, new.weights)
        if max((abs(step) for step in change.values()), default=0.0) > SAME:
            apart = mean_difference(old.weights, new.weights, len(rig.channels))
            steps = largest_movements(rig, change, count=6)
            notes = (
                Note(text=f"{apart:.3f} apart"),
                *(Note(text=f"{name} {step:+.2f}") for name, step in steps),
            )
            yield _row(key, old, new, notes)


def _change(old: Mapping[str, float], new: Mapping[str, float]) -> dict[str, float]:
    return {name: new.get(name, 0.0) - old.get(name, 0.0) for name in sorted({*old, *new})}


def _row(key: _Key, old: NamedFace | None, new: NamedFace | None, notes: tuple[Note, ...]) -> Row:
    label, name = key
    return Row(
        title=f"{label} {name}",
        description="",
        cells=(
            Cell(name="before", weights=old.weights if old else None),
            Cell(name="after", weights=new.weights if new else None, notes=notes),
        ),
    )
