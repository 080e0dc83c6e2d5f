"""Queries to a bank: made once, written as raw little-endian files, read by every implementation.

Letters: N faces, M mixtures, T intensities, X compositions; E labels, C channels.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import fields_dict, frozen

from mien.conformance.banks import Stream
from mien.engine.tables import F32, I32, LabelTable, Tables

F64 = npt.NDArray[np.float64]

_EDGES = (0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, 1e-20, 0.5, 1.0 - 2.0**-24, -1.0 + 2.0**-24)
_PARTS = 1024
"""Mixture weights are whole parts of this, so that float32 holds them exactly."""


@frozen(kw_only=True, eq=False)
class Queries:
    """The queries to one bank.

    face_labels (N,) positions; face_vads (N, 3); face_styles (N,) positions in the label, -1 plain;
    face_speech (N,). mixture_weights (M, E); mixture_vads (M, 3); mixture_speech (M,).
    intensity_labels (T,); intensity_values (T,) float64. visemes (X, C), laid over the first X
    faces.
    """

    face_labels: I32
    face_vads: F32
    face_styles: I32
    face_speech: F32
    mixture_weights: F32
    mixture_vads: F32
    mixture_speech: F32
    intensity_labels: I32
    intensity_values: F64
    visemes: F32

    def first(self, count: int) -> Queries:
        """The first ``count`` queries of every kind."""
        return Queries(**{name: getattr(self, name)[:count] for name in fields_dict(Queries)})


_DTYPES: dict[str, str] = {
    name: "<i4" if name.endswith(("labels", "styles")) else "<f4" for name in fields_dict(Queries)
} | {"intensity_values": "<f8"}


def make_queries(tables: Tables, count: int, seed: int) -> Queries:
    """``count`` faces, and a fifth as many mixtures, intensities and compositions each."""
    stream = Stream(seed)
    few = max(1, count // 5)
    faces = [_face(stream, tables) for _ in range(count)]
    mixtures = [_face(stream, tables) for _ in range(few)]
    intensities = [_intensity(stream, tables) for _ in range(few)]
    return Queries(
        face_labels=np.array([label for label, _, _, _ in faces], np.int32),
        face_vads=np.array([vad for _, vad, _, _ in faces], np.float32),
        face_styles=np.array([style for _, _, style, _ in faces], np.int32),
        face_speech=np.array([speech for _, _, _, speech in faces], np.float32),
        mixture_weights=np.array(
            [_weights(stream, len(tables.labels)) for _ in range(few)], np.float32
        ),
        mixture_vads=np.array([vad for _, vad, _, _ in mixtures], np.float32),
        mixture_speech=np.array([speech for _, _, _, speech in mixtures], np.float32),
        intensity_labels=np.array([label for label, _ in intensities], np.int32),
        intensity_values=np.array([value for _, value in intensities], np.float64),
        visemes=np.array([_viseme(stream, len(tables.channels)) for _ in range(few)], np.float32),
    )


def save_queries(queries: Queries, folder: Path) -> None:
    """One file a field in ``folder``."""
    for name, dtype in _DTYPES.items():
        values = getattr(queries, name)
        (folder / name).write_bytes(values.astype(dtype).tobytes())


def load_queries(folder: Path, tables: Tables) -> Queries:
    """What `save_queries` wrote for a bank of these tables."""
    widths = {
        "face_vads": 3,
        "mixture_weights": len(tables.labels),
        "mixture_vads": 3,
        "visemes": len(tables.channels),
    }
    arrays = {
        name: np.frombuffer((folder / name).read_bytes(), dtype) for name, dtype in _DTYPES.items()
    }
    return Queries(
        **{
            name: values.reshape(-1, widths[name]) if name in widths else values
            for name, values in arrays.items()
        }
    )


def _face(stream: Stream, tables: Tables) -> tuple[int, list[float], int, float]:
    position = stream.below(len(tables.labels))
    label = tables.labels[position]
    plain = not label.styles or stream.chance(0.5)
    style = -1 if plain else stream.below(len(label.styles))
    speech = stream.pick((0.0, 0.0, 1.0, stream.fraction()))
    return position, _vad(stream, tables, label), style, speech


def _vad(stream: Stream, tables: Tables, label: LabelTable) -> list[float]:
    """Anywhere, on an anchor or near it, in a plateau's rim, on the support, at an edge."""
    kind = stream.below(6)
    if kind == 0:
        point = [stream.between(-1, 1) for _ in range(3)]
    elif kind == 1:
        point = [stream.pick(_EDGES) for _ in range(3)]
    else:
        row = stream.below(label.anchors.shape[0])
        point = [float(x) for x in label.anchors[row]]
        if kind == 3:
            scale = 2.0 ** -(2 + stream.below(22))
            point = [x + scale * stream.between(-1, 1) for x in point]
        elif kind > 3:
            axis = stream.below(3)
            radius = _radius(stream, tables, label, row) / math.sqrt(tables.metric[axis])
            nudge = (stream.below(7) - 3) * 2.0**-24
            point[axis] += stream.pick((-1.0, 1.0)) * radius + nudge
    return [min(1.0, max(-1.0, x)) for x in point]


def _radius(stream: Stream, tables: Tables, label: LabelTable, row: int) -> float:
    outer = float(label.plateau_outer[row])
    inner = max(0.0, outer - float(label.plateau_span[row]))
    within = math.sqrt(inner + (outer - inner) * stream.fraction())
    return stream.pick((math.sqrt(outer), math.sqrt(inner), within, float(tables.support[0])))


def _weights(stream: Stream, count: int) -> list[float]:
    """Shares that sum to exactly 1; most labels have none."""
    parts = [0] * count
    left = _PARTS
    for _ in range(min(count, 1 + stream.below(4))):
        part = stream.below(left + 1)
        parts[stream.below(count)] += part
        left -= part
    parts[stream.below(count)] += left
    return [part / _PARTS for part in parts]


def _intensity(stream: Stream, tables: Tables) -> tuple[int, float]:
    label = stream.below(len(tables.labels))
    knots = len(tables.intensities) - 1
    if stream.chance(0.3):
        return label, stream.below(knots + 1) / knots
    return label, (stream.bits() >> 11) / float(1 << 53)


def _viseme(stream: Stream, channels: int) -> list[float]:
    """Mostly at rest, some full, some between."""
    return [stream.pick((0.0, 0.0, 1.0, stream.fraction())) for _ in range(channels)]
