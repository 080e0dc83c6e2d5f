"""What scripts that run inside other programs hold: the faces, as Python text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mien.formats.faces import FaceSet


def constants(faces: FaceSet) -> Iterator[str]:
    """``SOURCE``, ``CHANNELS`` and ``FACES``, the weights that are not at rest by name."""
    yield f"SOURCE = {json.dumps(faces.source)}\n"
    yield "CHANNELS = [\n"
    for name in faces.channels:
        yield f"    {json.dumps(name)},\n"
    yield "]\nFACES = {\n"
    for face in faces.faces:
        yield f"    {json.dumps(face.name)}: {json.dumps(faces.moved(face))},\n"
    yield "}\n"
