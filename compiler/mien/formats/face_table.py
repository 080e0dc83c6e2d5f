"""Named faces as CSV: a row a face, a column a channel, weights as short as float32 allows."""

from __future__ import annotations

from collections.abc import Iterator

from mien.formats.faces import FaceSet


def face_pieces(faces: FaceSet) -> Iterator[str]:
    """The table; ``at`` is an intensity or a style of the label."""
    yield ",".join(("label", "at", *faces.channels)) + "\n"
    for face in faces.faces:
        weights = (f"{weight:.9g}" for weight in faces.weights_of(face).values())
        yield ",".join((face.label, face.at, *weights)) + "\n"
