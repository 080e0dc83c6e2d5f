"""What kernels do to 16 numbers at once, in plain Python: the meaning, and the run without a JIT.

Compiled, sixteen lanes are one vector of LLVM, which every processor has instructions for, of
whatever width; `mien.engine.lanes_llvm` says how. Sums, differences, products and quotients of
lanes, or of a float32 and lanes, are written as such. No access is checked: a position is never
negative and never past the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
Lanes = F32
"""(WIDTH,) float32."""

WIDTH = 16
EIGHT = 8
"""Columns that `turn` moves at a time."""


def flat(array: npt.NDArray[Any]) -> Any:  # noqa: ANN401 - an array of the same type
    """The items of a C-contiguous array, without its shape, for as long as the array lives.

    All other functions take it. Numba counts the owners of an array wherever one is handed on,
    which costs more than a face does; of these it counts none.
    """
    return array.reshape(-1)


def number(array: F32, at: int) -> Any:  # noqa: ANN401 - float32, of NumPy's scalars or arrays
    """One float32 of a flat array."""
    return array[at]


def word(array: npt.NDArray[Any], at: int) -> int:
    """One whole number of a flat array, of whatever size."""
    return int(array[at])


def put(array: npt.NDArray[Any], at: int, value: np.float32 | np.uint32) -> None:
    """Set one item of a flat array."""
    array[at] = value


def load(array: F32, at: int) -> Lanes:
    """Lanes from ``at`` on."""
    return array[at : at + WIDTH].copy()


def store(array: F32, at: int, lanes: Lanes) -> None:
    """Set the numbers from ``at`` on."""
    array[at : at + WIDTH] = lanes


def stream(array: F32, at: int, lanes: Lanes) -> None:
    """`store` past the caches: for more than they hold. Must lie at a multiple of 64 bytes."""
    array[at : at + WIDTH] = lanes


def settle() -> None:
    """What was streamed is seen by all threads before whatever comes after."""


def root(lanes: Lanes) -> Lanes:
    """Square roots, correctly rounded."""
    return np.sqrt(lanes)


def least(one: Lanes, other: Lanes | np.float32) -> Lanes:
    """``one`` where it is less, else ``other``."""
    return np.where(one < other, one, other)


def most(one: Lanes, other: Lanes | np.float32) -> Lanes:
    """``one`` where it is greater, else ``other``."""
    return np.where(one > other, one, other)


def where_at_most(one: Lanes, other: Lanes, yes: Lanes, no: Lanes) -> Lanes:
    """``yes`` where one <= other, else ``no``."""
    return np.where(one <= other, yes, no)


def pick(source: F32, at: int, index: npt.NDArray[np.uint32], begin: int, first: int) -> Lanes:
    """source[at + k] by k = index[begin : begin + WIDTH] - first; 0 where k is not one of 0..15."""
    k = index[begin : begin + WIDTH] - np.uint32(first)
    inside = k < WIDTH
    return np.where(inside, source[at + np.where(inside, k, 0)], np.float32(0))


def merge(one: Lanes, other: Lanes) -> Lanes:
    """Bits of both, of which one is 0 in every lane."""
    return (one.view(np.uint32) | other.view(np.uint32)).view(np.float32)


def turn(
    columns: F32,
    code: npt.NDArray[np.uint32],
    at: int,
    places: npt.NDArray[np.uint32],
    first: int,
    rows: F32,
    offset: int,
) -> None:
    """rows[places[first + q] + offset + j] = columns[code[at + j] + q], of 16 q and EIGHT j."""
    for j in range(EIGHT):
        own = int(code[at + j])
        rows[places[first : first + WIDTH] + offset + j] = columns[own : own + WIDTH]
