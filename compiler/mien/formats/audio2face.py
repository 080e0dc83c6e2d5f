"""The weights that NVIDIA's Audio2Face writes as JSON: names once, then a row a frame.

``exportFps``, ``numFrames``, ``numPoses``, ``facsNames`` and ``weightMat`` are what readers look
at; they pass over ``source``. ``facsNames`` are of the user's own mesh: any spelling, any order,
46 of them as well as 52.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mien.formats.named_json import JsonDocument
from mien.formats.request import ANY, TakeRequest
from mien.formats.take import Take, even_weights, recorded_take
from mien.formats.text_file import read_text
from mien.text.files import shown_path
from mien.text.spellings import channel_named

_DIGITS = 6


def recognises(start: str) -> bool:
    """Whether a JSON text that starts so names shapes as Audio2Face does."""
    return '"facsNames"' in start or '"weightMat"' in start


def read(path: Path, asked: TakeRequest = ANY) -> Take:
    """The take; a rate is for files without ``exportFps``. `SourceError`: with every fault."""
    wanted = asked.names
    document = JsonDocument(shown_path(path), read_text(path))
    names = document.channels("facsNames")
    own = [channel_named(name, wanted) or name for name in names]
    twice = next((name for at, name in enumerate(own) if name in own[:at]), "")
    if twice:
        raise document.refusal(("facsNames",), f"two names of {twice}, expected each of them once")
    absent = document.absent(wanted, own, partial=asked.partial, key="facsNames")
    weights = document.rows("weightMat", len(own))
    document.check_weights(weights, names, "weightMat")
    stated = document.data.get("numFrames", float(len(weights)))
    if stated != len(weights):
        message = f"{len(weights)} rows, expected {stated} as numFrames says"
        raise document.refusal(("weightMat",), message, "the file may have been cut off")
    if asked.rate is None and "exportFps" not in document.data:
        hint = "say how many frames a second it has"
        raise document.refusal((), "there is no exportFps, and no rate was given", hint)
    found = document.frame_rate("exportFps") if "exportFps" in document.data else asked.rate or 0.0
    faces = np.zeros((len(weights), len(wanted)))
    for column, channel in enumerate(wanted):
        if channel not in absent:
            faces[:, column] = weights[:, own.index(channel)]
    return recorded_take(
        found,
        wanted,
        np.arange(len(weights)) / found,
        faces,
        source=str(document.data.get("source", document.name)),
        dialect="Audio2Face",
        absent=absent,
        unknown=tuple(name for name, one in zip(names, own, strict=True) if one not in wanted),
    )


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
