"""One clip's weights from a NumPy file or a CSV file, in the rig's order.

Dimension letters: R rows, C channels of ours, K columns of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from mien.formats.arkit import ABSENT
from mien.formats.channel_table import HIGHEST, LOWEST, read_channel_table
from mien.formats.take import F64, Take, recorded_take
from mien.text.files import shown_path
from mien.text.regular_file import RECORDING, open_regular
from mien_trainer.speech import SpeechRefusedError

_ARRAYS = ("weights", "blendshapes", "arkit")
_FEW = 3


def read_features(path: Path, channels: Sequence[str], columns: Sequence[str], rate: float) -> Take:
    """The weights in ``path`` at ``rate`` rows a second, in the order of ``channels``.

    ``columns`` are the names of a NumPy file's columns; a CSV file has its own in its header. A
    file without tongueOut has it at rest.

    Raises:
        SpeechRefusedError: the file is no array of weights (R, K), or has other columns.
        SourceError: a CSV file has faults.
    """
    if path.suffix == ".csv":
        table = read_channel_table(path, channels)
        weights, absent = table.weights, table.absent
    else:
        weights, absent = _in_order(path, channels, columns)
    times = np.arange(len(weights), dtype=np.float64) / rate
    source = shown_path(path)
    return recorded_take(rate, tuple(channels), times, weights, source=source, absent=absent)


def _in_order(
    path: Path, channels: Sequence[str], columns: Sequence[str]
) -> tuple[F64, tuple[str, ...]]:
    """The weights of a NumPy file in the order of ``channels``, and the channels it lacks."""
    rows = _rows(path)
    names = _names(path, rows.shape[1], columns)
    absent = tuple(name for name in channels if name not in names)
    if set(absent) - {ABSENT}:
        more = " and more" if len(absent) > _FEW else ""
        raise SpeechRefusedError(
            f"{shown_path(path)}: no column for {', '.join(absent[:_FEW])}{more}"
        )
    wrong = np.argwhere(~((rows >= LOWEST) & (rows <= HIGHEST))).tolist()
    for row, column in wrong[:1]:
        raise SpeechRefusedError(
            f"{shown_path(path)}: weights[{row}, {column}] ({names[column]}) is "
            f"{rows[row, column]:g}, expected a weight from 0 to 1 ({len(wrong)} such)"
        )
    weights = np.zeros((len(rows), len(channels)))
    for position, name in enumerate(channels):
        if name in names:
            weights[:, position] = rows[:, names.index(name)]
    return weights, absent


def _rows(path: Path) -> F64:
    name = shown_path(path)
    try:
        with open_regular(path, RECORDING) as stream:
            loaded = cast("object", np.load(stream, allow_pickle=False))
            array = _only(name, loaded) if hasattr(loaded, "files") else loaded
    except OSError as error:
        raise SpeechRefusedError(f"{name}: cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError, BadZipFile) as error:
        if str(error).startswith("Object arrays"):
            raise SpeechRefusedError(
                f"{name}: holds Python objects, which may run code when read, and is not opened; "
                "save the plain array of weights (rows, channels)"
            ) from None
        raise SpeechRefusedError(
            f"{name}: this is no NumPy file of numbers, or it is cut off"
        ) from None
    found = cast("npt.NDArray[np.float64]", array)  # of whatever kind, until looked at
    if found.ndim == 3 and len(found) == 1:
        found = found[0]
    if found.ndim != 2 or not len(found) or found.dtype.kind != "f":
        raise SpeechRefusedError(
            f"{name}: holds {found.dtype} {found.shape}, expected weights (rows, channels)"
        )
    return found.astype(np.float64)


def _only(name: str, archive: object) -> npt.NDArray[np.generic]:
    arrays = cast("Mapping[str, npt.NDArray[np.generic]]", archive)
    held = tuple(arrays)
    wanted = next((one for one in _ARRAYS if one in held), None)
    if wanted is None and len(held) == 1:
        wanted = held[0]
    if wanted is None:
        raise SpeechRefusedError(
            f"{name}: holds the arrays {', '.join(sorted(held)) or '(none)'}, expected one of "
            f"{', '.join(_ARRAYS)}"
        )
    return arrays[wanted]


def _names(path: Path, width: int, columns: Sequence[str]) -> Sequence[str]:
    if width == len(columns):
        return columns
    if width == len(columns) - 1 and columns[-1] == ABSENT:
        return columns[:-1]
    counts = f"{len(columns) - 1} or {len(columns)}" if columns[-1] == ABSENT else f"{len(columns)}"
    kind = (
        "; these look like FLAME parameters, which are not weights of ARKit's channels"
        if width in (53, 56, 100, 156)
        else "; name the columns in mead.yaml where they are others"
    )
    raise SpeechRefusedError(f"{shown_path(path)}: {width} columns, expected {counts}{kind}")
