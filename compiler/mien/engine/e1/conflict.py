"""Channels that exclude each other: antagonist pairs, then ceilings.

For each channel c, over its pairs (c, p, cap), all from the same input x:

    x'_c = min of ( x_c <= x_p ? min(x_c, cap) : x_c - max(0, x_p - cap) )

which takes min(x_c, x_p) down to the cap and keeps the pair's difference; it depends on no order of
the pairs, is continuous, and does nothing the second time. Then x'_a = min(x'_a, x'_b + slack).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import Factory, field, frozen

from mien.engine.tables import F32, I32, Tables

Index = npt.NDArray[np.intp]
Partner = tuple[int, np.float32]
"""A column and the cap on the smaller of the two."""

_ZERO = np.float32(0.0)


@frozen(kw_only=True, eq=False)
class Meetings:
    """All P partners of results: columns of results, of their own and of others, caps (P, 1).

    Then ceilings (K, 2) and slacks (K,).
    """

    result: Index
    own: Index
    other: Index
    cap: F32
    ceilings: Index
    slacks: F32


def _meetings_of(conflict: Conflict) -> Meetings:
    told, results = np.ascontiguousarray(np.nonzero(np.isfinite(conflict.caps[:, :, 0])))
    return Meetings(
        result=results,
        own=results if conflict.source is None else conflict.source[results],
        other=conflict.partners[told, results],
        cap=conflict.caps[told, results],
        ceilings=np.array(conflict.ceilings, dtype=np.intp).reshape(-1, 2),
        slacks=np.array(conflict.slacks, dtype=np.float32),
    )


@frozen(kw_only=True, eq=False)
class Conflict:
    """A conflict stage on columns: result j starts as column ``source[j]``.

    The results follow the columns they come from; or, with no ``source``, they replace them one for
    one. ``partners[m, j]`` is the column of result j's m-th partner, its own with no cap where it
    has fewer. partners (M, N), caps (M, N, 1); ceilings (column, under) among all columns.
    """

    source: Index | None
    partners: Index
    caps: F32
    ceilings: tuple[tuple[int, int], ...]
    slacks: tuple[np.float32, ...]
    meetings: Meetings = field(init=False, default=Factory(_meetings_of, takes_self=True))

    def __call__(self, x: F32) -> F32:
        """The columns ``x`` (N', n) without conflicts; ``x`` itself if nothing is to do."""
        result = x if self.source is None else x[self.source]
        meetings = self.meetings
        # Where the smaller of two keeps to its cap, the formula changes nothing.
        meets = np.minimum(x[meetings.own], x[meetings.other]) > meetings.cap
        if meets.any():
            result = result.copy() if result is x else result
            over = np.flatnonzero(meets.any(axis=1))
            start, other = x[meetings.own[over]], x[meetings.other[over]]
            caps = meetings.cap[over]
            lower = np.minimum(start, caps)
            higher = start - np.maximum(_ZERO, other - caps)
            shown = np.where(start <= other, lower, higher)
            for row, one in zip(meetings.result[over].tolist(), shown, strict=True):
                result[row] = np.minimum(result[row], one)
        if self.source is not None:
            result = np.concatenate((x, result))
        for (channel, under), slack in zip(self.ceilings, self.slacks, strict=True):
            most = result[under] + slack
            if (result[channel] > most).any():
                result = result.copy() if result is x else result
                result[channel] = np.minimum(result[channel], most)
        return result


def conflict_of(tables: Tables) -> Conflict:
    """The conflicts of a bank's whole face."""
    return build_conflict(
        tables.pairs, tables.caps, tables.ceilings, tables.slacks, len(tables.channels)
    )


def build_conflict(pairs: I32, caps: F32, ceilings: I32, slacks: F32, channels: int) -> Conflict:
    """Pad the pairs so that every channel has as many partners."""
    partners: list[list[Partner]] = [[] for _ in range(channels)]
    ends: list[list[int]] = pairs.tolist()
    for (a, b), cap in zip(ends, caps, strict=True):
        partners[a].append((b, cap))
        partners[b].append((a, cap))
    index, limits = pad(partners, range(channels))
    return Conflict(
        source=None,
        partners=index,
        caps=limits,
        ceilings=tuple((a, b) for a, b in ceilings.tolist()),
        slacks=tuple(slacks),
    )


def pad(partners: Sequence[Sequence[Partner]], own: Sequence[int]) -> tuple[Index, F32]:
    """Partners (M, N) and caps (M, N, 1), M the most of any; ``own`` fills in, without cap."""
    most = max((len(of) for of in partners), default=0)
    none = np.float32(np.inf)
    rows = [
        [*of, *[(column, none)] * (most - len(of))]
        for of, column in zip(partners, own, strict=True)
    ]
    shape = (most, len(partners))
    index = np.array([[row[m][0] for row in rows] for m in range(most)], dtype=np.intp)
    caps = np.array([[row[m][1] for row in rows] for m in range(most)], dtype=np.float32)
    return index.reshape(shape), caps.reshape(*shape, 1)
