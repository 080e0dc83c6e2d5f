"""The weights that NVIDIA's Audio2Face writes as JSON: names once, then a row a frame.

``exportFps``, ``numFrames``, ``numPoses``, ``facsNames`` and ``weightMat`` are what readers look
at; they pass over ``source``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from mien.formats.take import Take, even_weights

_DIGITS = 6


def pieces(take: Take) -> Iterator[str]:
    """The file of a take, rows at an even pace."""
    weights = even_weights(take)
    head: dict[str, object] = {
        "exportFps": take.rate,
        "numFrames": len(weights),
        "numPoses": len(take.channels),
        "facsNames": list(take.channels),
    }
    if take.source:
        head["source"] = take.source
    rows = np.round(weights.astype(np.float64), _DIGITS).tolist()
    text = json.dumps({**head, "weightMat": ["*"]})
    before, after = text.split('"*"')
    yield before
    for number, row in enumerate(rows):
        yield (", " if number else "") + json.dumps(row)
    yield after + "\n"
