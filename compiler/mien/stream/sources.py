"""Where the faces that are sent come from: a take, the page, or rows that come through a pipe.

Dimension letters: F frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from mien.formats.arkit import arkit_channel, arkit_channels
from mien.formats.live_face import LiveFace, Turns
from mien.formats.take import F32, F64, Take
from mien.stream.piped import PipedRows

REST = LiveFace(weights=dict.fromkeys(arkit_channels(), 0.0))
"""What a stream leaves behind."""

NOTHING_YET = LiveFace(weights={})

TURN = 0.1
"""Seconds in which a face that is chosen takes the place of the one before."""


class Source(Protocol):
    """A character's faces, one after another."""

    @property
    def title(self) -> str:
        """What it is called, for people."""
        ...

    @property
    def told(self) -> Sequence[str]:
        """What else people should know of it, as sentences."""
        ...

    def face_at(self, moment: float) -> LiveFace | None:
        """The face at ``moment`` in seconds from the start, which does not fall.

        None where the source has ended; without weights where it has not begun.
        """
        ...


class TakeSource:
    """A take that was recorded, at the ``rate`` of the stream, once or over and over."""

    def __init__(self, take: Take, rate: float, *, loop: bool = False) -> None:
        frames = max(1, round(take.seconds * rate))
        moments = np.arange(frames, dtype=np.float64) / rate
        self._rate = rate
        self._loop = loop
        self._names = take.channels
        self._weights = take.weights_at(moments)
        self._head = _turns_at(take, take.head, moments)
        self._eyes = _turns_at(take, take.eyes, moments)
        self.title = take.source
        absent = take.repairs.absent
        self.told = (f"not recorded, at rest: {', '.join(absent)}",) if absent else ()

    @property
    def turned(self) -> bool:
        """Whether turns of the head or the eyes were recorded."""
        return self._head is not None or self._eyes is not None

    def face_at(self, moment: float) -> LiveFace | None:
        """See `Source`."""
        frame = round(moment * self._rate)
        if self._loop:
            frame %= len(self._weights)
        if frame >= len(self._weights):
            return None
        head = self._head[frame].tolist() if self._head is not None else None
        eyes = self._eyes[frame].tolist() if self._eyes is not None else None
        return LiveFace(
            weights=dict(zip(self._names, self._weights[frame].tolist(), strict=True)),
            head=_three(head) if head else None,
            eyes=(_three(eyes[:3]), _three(eyes[3:])) if eyes else None,
        )


class PageSource:
    """The face that somebody chooses meanwhile; it goes to the next one in `TURN` seconds."""

    def __init__(self, newest: Callable[[], Mapping[str, float] | None], title: str) -> None:
        self._newest = newest
        self._chosen: Mapping[str, float] | None = None
        self._before: dict[str, float] = {}
        self._after: dict[str, float] = {}
        self._since = -TURN
        self.title = title
        self.told: Sequence[str] = ()

    def face_at(self, moment: float) -> LiveFace | None:
        """See `Source`."""
        newest = self._newest()
        if newest is None:
            return NOTHING_YET
        if newest is not self._chosen:
            self._before = self._between(moment)
            self._chosen, self._since = newest, moment
            self._after = {
                channel: weight
                for name, weight in newest.items()
                if (channel := arkit_channel(name)) is not None
            }
        return LiveFace(weights=self._between(moment))

    def _between(self, moment: float) -> dict[str, float]:
        share = min(1.0, max(0.0, (moment - self._since) / TURN))
        if share == 1.0:
            return self._after
        return {
            name: (before := self._before.get(name, 0.0)) + (weight - before) * share
            for name, weight in self._after.items()
        }


class PipeSource:
    """Rows that come through a pipe, ``row_rate`` of them a second.

    Rows that are there before they are due wait; where none is there, the last face stays, and the
    rows that come play on from then, so that none is passed over.
    """

    def __init__(self, rows: PipedRows, row_rate: float) -> None:
        self._rows = rows
        self._rate = row_rate
        self._since = 0.0
        self._given = 0
        self._face = NOTHING_YET
        self._waiting = True
        self._waits = 0
        self.title = "rows from a pipe"

    @property
    def told(self) -> Sequence[str]:
        """See `Source`."""
        waits = f"waits for rows that were late: {self._waits}"
        return [*([waits] if self._waits else []), *self._rows.told]

    def face_at(self, moment: float) -> LiveFace | None:
        """See `Source`."""
        if self._waiting:
            self._since, self._given = moment, 0
        # Counted, not added up: hours of rows keep to their moments.
        while self._since + self._given / self._rate <= moment + 1e-6:
            row = self._rows.next_row()
            if row is None:
                if self._rows.ended:
                    return None
                if not self._waiting and self._face.weights:
                    self._waits += 1
                self._waiting = True
                break
            self._face = LiveFace(weights=row)
            self._waiting = False
            self._given += 1
        return self._face


def _turns_at(take: Take, turns: F32 | None, moments: F64) -> F64 | None:
    """Turns (F, 3 or 6) at moments, straight between rows."""
    if turns is None:
        return None
    columns: list[F64] = [np.interp(moments, take.times, one) for one in turns.astype(np.float64).T]
    return np.stack(columns, axis=1)


def _three(turns: Sequence[float]) -> Turns:
    yaw, pitch, roll = turns
    return yaw, pitch, roll
