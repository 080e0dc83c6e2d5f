"""The checks of a query, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from mien.engine.tables import F32, I32, PLAIN, Tables
from mien.errors import QueryError
from mien.text.suggest import Words, did_you_mean, label_hint

AXES = ("valence", "arousal", "dominance")
SUM_TOLERANCE = 1e-6
"""Label weights may differ from a sum of 1 by this much."""
REST = "neutral"
"""The label that takes what label weights leave of 1."""

_FEW = 3
_Floats = npt.NDArray[np.floating[Any]]


def is_a(value: object, *kinds: type) -> bool:
    """Whether a value, of whatever type, is of one of ``kinds``."""
    return isinstance(value, kinds)


def unknown(what: str, name: object, known: Sequence[str], own: Words | None = None) -> NoReturn:
    """Raise for a name that is not among ``known``; ``own`` are a bank's other words for labels.

    Raises:
        QueryError: always, with the nearest name.
    """
    if what == "label":
        hint = label_hint(str(name), known, own or {})
    else:
        hint = did_you_mean(str(name), known)
    raise QueryError(f"no {what} {name!r}" + (f": {hint}" if hint else ""))


def unit(what: str, value: float) -> float:
    """``value`` if it is in [0, 1].

    Raises:
        QueryError: it is not.
    """
    try:
        if 0.0 <= value <= 1.0:
            return float(value)
    except (TypeError, ValueError):
        pass
    raise QueryError(f"{what} is {value!r}, expected a number in [0, 1]")


def vad_point(vad: Sequence[float] | npt.NDArray[Any]) -> tuple[float, float, float]:
    """Three numbers in [-1, 1].

    Raises:
        QueryError: they are not; nothing is clamped.
    """
    try:
        valence, arousal, dominance = vad
        inside = -1.0 <= valence <= 1.0 and -1.0 <= arousal <= 1.0 and -1.0 <= dominance <= 1.0
    except (TypeError, ValueError):
        raise QueryError(
            f"vad is {vad!r}, expected three numbers: valence, arousal, dominance"
        ) from None
    if not inside:
        named = [
            f"{axis} {value}"
            for axis, value in zip(AXES, (valence, arousal, dominance), strict=True)
            if not -1.0 <= value <= 1.0
        ]
        raise QueryError(f"VAD outside [-1, 1]: {', '.join(named)}")
    return float(valence), float(arousal), float(dominance)


def vad_rows(vads: npt.ArrayLike) -> F32:
    """(n, 3) numbers in [-1, 1] as C-contiguous float32.

    Raises:
        QueryError: wrong type or shape, or a value is NaN or outside [-1, 1]; nothing is clamped.
    """
    array = _numbers("vads", vads)
    if array.ndim != 2 or array.shape[1] != 3:
        raise QueryError(f"vads has shape {array.shape}, expected (n, 3)")
    if array.size and not (array.min() >= -1.0 and array.max() <= 1.0):
        with np.errstate(invalid="ignore"):
            bad = np.argwhere(~(np.abs(array) <= 1.0))
        named = [f"row {row} {AXES[axis]} {array[row, axis]}" for row, axis in bad[:_FEW].tolist()]
        more = f" and {len(bad) - _FEW} more" if len(bad) > _FEW else ""
        raise QueryError(
            f"VAD outside [-1, 1]: {', '.join(named)}{more}; "
            "np.clip(vads, -1, 1) clamps, where that is meant"
        )
    return np.ascontiguousarray(array, dtype=np.float32)


def label_rows(
    labels: Sequence[str] | npt.NDArray[Any], tables: Tables, own: Words | None = None
) -> I32:
    """Names or positions (n,) of labels as int32 positions; ``own`` as for `unknown`.

    Raises:
        QueryError: a name or position that the bank does not have, or a wrong shape.
    """
    if isinstance(labels, str):
        raise QueryError(f"labels is one text, expected one label a row: [{labels!r}, ...]")
    if isinstance(labels, np.ndarray):
        if labels.ndim != 1:
            raise QueryError(f"labels has shape {labels.shape}, expected (n,)")
        if np.issubdtype(labels.dtype, np.integer):
            count = len(tables.labels)
            if labels.size and not (labels.min() >= 0 and labels.max() < count):
                row = int(np.argmax((labels < 0) | (labels >= count)))
                raise QueryError(f"row {row}: label {labels[row]}, expected 0 to {count - 1}")
            return np.ascontiguousarray(labels, dtype=np.int32)
        names: Iterable[str] = labels.tolist()
    else:
        names = labels
    index = tables.label_index
    try:
        return np.fromiter((index[name] for name in names), dtype=np.int32)
    except (KeyError, TypeError) as error:
        name = error.args[0] if isinstance(error, KeyError) else labels
        unknown("label", name, list(tables.label_index), own)


def style_rows(
    style: str | Sequence[str | None] | npt.NDArray[Any] | None, labels: I32, tables: Tables
) -> I32 | None:
    """One style for all rows, or a name, None or position (-1 = plain) a row, as positions (n,).

    Raises:
        QueryError: a label does not have that style, or a wrong shape.
    """
    if style is None:
        return None
    if not is_a(style, str, Sequence, np.ndarray):
        raise QueryError(f"style is {style!r}, expected a name, or a name or position a row")
    counts = np.array([len(table.styles) for table in tables.labels], dtype=np.int32)
    if isinstance(style, np.ndarray) and np.issubdtype(style.dtype, np.integer):
        if style.shape != labels.shape:
            raise QueryError(f"style has shape {style.shape}, expected {labels.shape}")
        bad = (style < PLAIN) | (style >= counts[labels])
        if bad.any():
            row = int(np.argmax(bad))
            own = tables.labels[int(labels[row])]
            raise QueryError(f"row {row}: {own.label} has no style {style[row]}")
        return np.ascontiguousarray(style, dtype=np.int32)
    if isinstance(style, np.ndarray):
        style = style.reshape(-1)
    names = [style] * len(labels) if isinstance(style, str) else list(style)
    if len(names) != len(labels):
        raise QueryError(f"{len(names)} styles for {len(labels)} rows")
    positions = [style_position(name, at, tables) for name, at in zip(names, labels, strict=True)]
    return np.array(positions, dtype=np.int32)


def style_position(name: str | None, label: int, tables: Tables) -> int:
    """The position of a label's style; None is plain.

    Raises:
        QueryError: the label does not have it.
    """
    if name is None:
        return PLAIN
    table = tables.labels[label]
    if name not in table.styles:
        unknown(f"style of {table.label}", name, table.styles)
    return table.styles.index(name)


def speech_rows(speech: float | npt.ArrayLike, count: int) -> F32 | None:
    """One number or (n,) numbers in [0, 1] as float32 (n,); None where there is no speech.

    Raises:
        QueryError: a value is NaN or outside, or a wrong shape.
    """
    array = _numbers("speech", speech)
    if array.ndim == 0:
        value = unit("speech", float(array))
        return np.full(count, value, dtype=np.float32) if value else None
    if array.shape != (count,):
        raise QueryError(f"speech has shape {array.shape}, expected ({count},)")
    if array.size and not (array.min() >= 0.0 and array.max() <= 1.0):
        row = int(np.argmax(~((array >= 0.0) & (array <= 1.0))))
        raise QueryError(f"row {row}: speech is {array[row]}, expected a number in [0, 1]")
    return np.ascontiguousarray(array, dtype=np.float32)


def mixture_rows(
    weights: Mapping[str, float], tables: Tables, own: Words | None = None
) -> list[tuple[int, np.float32]]:
    """(position, weight) of each label with a weight over 0, in label order.

    Weights that sum to less than 1 leave the rest to the label neutral, where the bank has one.

    Raises:
        QueryError: an unknown label, a weight that is negative or NaN, a sum over 1, or one under
            1 in a bank without the label neutral.
    """
    if not is_a(weights, Mapping):
        raise QueryError(
            f"label is {weights!r}, expected a label or label weights such as "
            "{'joy': 0.6, 'awe': 0.4}"
        )
    if not weights:
        raise QueryError("label weights are empty, expected a weight for one label or more")
    total = 0.0
    for name, weight in weights.items():
        if name not in tables.label_index:
            unknown("label", name, list(tables.label_index), own)
        total += unit(f"the weight of {name}", weight)
    rest = 1.0 - total
    if not abs(rest) <= SUM_TOLERANCE:
        if rest < 0.0 or REST not in tables.label_index:
            raise QueryError(f"label weights sum to {total:g}, expected 1")
        weights = {**weights, REST: weights.get(REST, 0.0) + rest}
    found = [
        (position, np.float32(weights.get(table.label, 0.0)))
        for position, table in enumerate(tables.labels)
    ]
    return [(position, weight) for position, weight in found if weight > 0]


def weight_rows(
    what: str, weights: npt.ArrayLike, channels: int, low: float = 0.0, high: float = 1.0
) -> F32:
    """(C,) or (n, C) channel weights in [low, high], by default [0, 1], as C-contiguous float32.

    Raises:
        QueryError: wrong type or shape, or a value is NaN or out of range.
    """
    array = _numbers(what, weights)
    if array.ndim not in (1, 2) or array.shape[-1] != channels:
        raise QueryError(
            f"{what} has shape {array.shape}, expected ({channels},) or (n, {channels})"
        )
    if array.size and not (array.min() >= low and array.max() <= high):
        where = np.argwhere(~((array >= low) & (array <= high)))[0].tolist()
        value = array[tuple(where)]
        raise QueryError(f"{what} is {value} at {where}, expected [{low:g}, {high:g}]")
    return np.ascontiguousarray(array, dtype=np.float32)


def _numbers(what: str, values: npt.ArrayLike) -> _Floats:
    """Real numbers as they are, or as float64 where they are integers."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise QueryError(f"{what} is ragged, expected rows of equal length") from None
    if np.issubdtype(array.dtype, np.integer) or array.size == 0:
        return array.astype(np.float64)
    if not np.issubdtype(array.dtype, np.floating):
        raise QueryError(f"{what} has dtype {array.dtype}, expected real numbers")
    return array
