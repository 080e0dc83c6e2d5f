"""Queries to a bank: made once, written as raw little-endian files, read by every implementation.

Letters: N faces, M mixtures, T intensities, X compositions, W times; E labels, C channels.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import fields_dict, frozen

from mien.conformance.banks import Stream
from mien.engine.tables import F32, I32, LabelTable, Tables
from mien.timelines.table import COME

F64 = npt.NDArray[np.float64]

_EDGES = (0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, 1e-20, 0.5, 1.0 - 2.0**-24, -1.0 + 2.0**-24)
DYNAMICS = -2
"""In place of a sequence: the label's own onset, apex and offset."""

_PARTS = 1024
"""Mixture weights are whole parts of this, so that float32 holds them exactly."""


@frozen(kw_only=True, eq=False)
class Queries:
    """The queries to one bank.

    face_labels (N,) positions; face_vads (N, 3); face_styles (N,) positions in the label, -1 plain;
    face_speech (N,). mixture_weights (M, E); mixture_vads (M, 3); mixture_speech (M,).
    intensity_labels (T,); intensity_values (T,) float64. visemes (X, C), laid over the first X
    faces. Of banks with timelines: time_labels (W,); time_sequences (W,) positions, `DYNAMICS` for
    the dynamics; time_levels (W,) positions of intensities; times and holds (W,) float64 in ms,
    a hold NaN where it is the clip's own; time_faces (W, C), the face that is in time.
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
    time_labels: I32
    time_sequences: I32
    time_levels: I32
    times: F64
    holds: F64
    time_faces: F32

    def first(self, count: int) -> Queries:
        """The first ``count`` queries of every kind."""
        return Queries(**{name: getattr(self, name)[:count] for name in fields_dict(Queries)})


_DTYPES: dict[str, str] = {
    name: "<i4" if name.endswith(("labels", "styles", "sequences", "levels")) else "<f4"
    for name in fields_dict(Queries)
} | dict.fromkeys(("intensity_values", "times", "holds"), "<f8")


def make_queries(tables: Tables, count: int, seed: int) -> Queries:
    """``count`` faces, and a fifth as many mixtures, intensities and compositions each."""
    stream = Stream(seed)
    few = max(1, count // 5)
    faces = [_face(stream, tables) for _ in range(count)]
    mixtures = [_face(stream, tables) for _ in range(few)]
    intensities = [_intensity(stream, tables) for _ in range(few)]
    weights = [_weights(stream, len(tables.labels)) for _ in range(few)]
    visemes = [[_part(stream) for _ in tables.channels] for _ in range(few)]
    timed = [e for e, table in enumerate(tables.labels) if table.timeline is not None]
    times = [_time(stream, tables, stream.pick(timed)) for _ in range(few if timed else 0)]
    return Queries(
        face_labels=np.array([label for label, _, _, _ in faces], np.int32),
        face_vads=np.array([vad for _, vad, _, _ in faces], np.float32),
        face_styles=np.array([style for _, _, style, _ in faces], np.int32),
        face_speech=np.array([speech for _, _, _, speech in faces], np.float32),
        mixture_weights=np.array(weights, np.float32),
        mixture_vads=np.array([vad for _, vad, _, _ in mixtures], np.float32),
        mixture_speech=np.array([speech for _, _, _, speech in mixtures], np.float32),
        intensity_labels=np.array([label for label, _ in intensities], np.int32),
        intensity_values=np.array([value for _, value in intensities], np.float64),
        visemes=np.array(visemes, np.float32),
        time_labels=np.array([one[0] for one in times], np.int32),
        time_sequences=np.array([one[1] for one in times], np.int32),
        time_levels=np.array([one[2] for one in times], np.int32),
        times=np.array([one[3] for one in times], np.float64),
        holds=np.array([one[4] for one in times], np.float64),
        time_faces=np.array(
            [drawn_face(stream, len(tables.channels)) for _ in times], np.float32
        ).reshape(len(times), len(tables.channels)),
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
        "time_faces": len(tables.channels),
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
    speech = _part(stream)
    return position, _vad(stream, tables, label), style, speech


def _part(stream: Stream) -> float:
    """Mostly nothing, sometimes all, sometimes between."""
    return stream.pick((0.0, 0.0, 1.0, stream.fraction()))


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


def _time(stream: Stream, tables: Tables, label: int) -> tuple[int, int, int, float, float]:
    """A clip of a label, a time before, on, between or after its keys, and when it is released."""
    table = tables.labels[label].timeline
    if table is None:
        raise ValueError(f"label {label} has no timeline")
    sequence = stream.below(len(table.sequences) + 1) - 1
    level = stream.below(len(tables.intensities))
    clip = COME if sequence < 0 else int(table.sequence_clips[sequence, level])
    length = float(table.clips[clip, 0])
    key = float(stream.pick(table.key_times.tolist()))
    drawn = stream.fraction() * (length + 900.0) * (1.0 + 2.0**-30)
    time = stream.pick((-1.5, 0.0, length, key, drawn, drawn, drawn, 7.0 * length + 1.0 / 3.0))
    hold = stream.pick((math.nan, math.nan, time * stream.fraction(), 333.25))
    return label, sequence if sequence >= 0 else DYNAMICS, level, time, hold


def drawn_face(stream: Stream, channels: int) -> F32:
    """A face that no bank has to give: weights of all sizes, many of them 1."""
    weights = [stream.pick((1.0, stream.fraction())) for _ in range(channels)]
    return np.array(weights, dtype=np.float32)
