"""How far the shapes of a model reach: what of the faces of a bank it can show."""

from __future__ import annotations

from collections.abc import Iterator

from mien.formats.faces import Face, FaceSet

_LEAST = 1e-4
_FEW = 3


def reach_remarks(faces: FaceSet, shown: frozenset[str], *, named: bool) -> Iterator[str]:
    """Sentences on faces that a model shows in part, of the channels ``shown`` alone.

    Which channels are missing is ``named``, unless it has none of its own.
    """
    missing = [name for name in faces.channels if name not in shown]
    if named and missing:
        count = len(faces.channels)
        yield f"it has {count - len(missing)} of {count} shapes; missing: {', '.join(missing)}"
    reached = {face.name: reach(faces, face, shown) for face in faces.faces}
    if reached and min(reached.values()) < 1.0 - _LEAST:
        worst = sorted(reached.items(), key=lambda pair: pair[1])[:_FEW]
        mean = sum(reached.values()) / len(reached)
        least = ", ".join(f"{name} {share:.0%}" for name, share in worst)
        yield f"{mean:.0%} of the faces' weight is on shapes that it has; least: {least}"


def reach(faces: FaceSet, face: Face, shown: frozenset[str]) -> float:
    """How much of a face's weight, from 0 to 1, is on channels that move something."""
    weights = faces.weights_of(face)
    total = sum(weights.values())
    reached = sum(weight for name, weight in weights.items() if name in shown)
    return reached / total if total else 1.0
