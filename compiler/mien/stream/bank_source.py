"""A face of a bank that is sent and may change meanwhile.

Dimension letters: C channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mien.bank import Bank
from mien.errors import MienError, QueryError
from mien.formats.arkit import arkit_channel
from mien.formats.live_face import LiveFace
from mien.formats.take import F32
from mien.stream.changes import Change, changed, parsed
from mien.stream.piped import Lines
from mien.text.suggest import did_you_mean

_MOST_TOLD = 20


class BankSource:
    """A face of a bank, that comes from rest, and goes to another one over ``fade`` seconds.

    Raises:
        MienError: the bank's rig has none of ARKit's channels.
        QueryError: it has no such face.
    """

    def __init__(self, bank: Bank, first: Change, *, fade: float) -> None:
        own = [arkit_channel(one) for one in bank.channels]
        self._columns = [(column, one) for column, one in enumerate(own) if one is not None]
        if not self._columns:
            raise MienError(f"{bank.id} has none of the channels that are sent, such as jawOpen")
        self._others = [one for one, found in zip(bank.channels, own, strict=True) if found is None]
        self._bank = bank
        self._change = first
        self._fade = fade
        self._before: F32 = np.zeros(len(bank.channels), dtype=np.float32)
        self._after = first.face(bank)
        self._since, self._lasts = 0.0, fade
        self._still: LiveFace | None = None
        self.ended = False
        self.title = f"{bank.id} {bank.version}"

    @property
    def told(self) -> Sequence[str]:
        """See `mien.stream.sources.Source`."""
        if not self._others:
            return ()
        return (f"not sent, as ARKit has no such channels: {', '.join(self._others)}",)

    def face_at(self, moment: float) -> LiveFace | None:
        """See `mien.stream.sources.Source`."""
        if self.ended:
            return None
        if self._still is None:
            share = self._share(moment)
            face = self._sent(self._between(share))
            if share < 1.0:
                return face
            self._still = face
        return self._still

    def change(self, given: Mapping[str, object], moment: float) -> None:
        """Go to another face from ``moment`` on.

        Raises:
            QueryError: there is none such; the face stays.
        """
        change = changed(self._change, given)
        after = change.face(self._bank)
        self._before = self._between(self._share(moment))
        self._after, self._change, self._still = after, change, None
        self._since = moment
        self._lasts = self._fade if change.fade is None else change.fade

    def _share(self, moment: float) -> float:
        """How far the way to the face is gone, from 0 to 1."""
        if self._lasts <= 0.0:
            return 1.0
        return min(1.0, max(0.0, (moment - self._since) / self._lasts))

    def _between(self, share: float) -> F32:
        """On the way from one face to another, channels that exclude each other kept apart."""
        if share == 1.0:
            return self._after
        eased = np.float32(share * share * (3.0 - 2.0 * share))
        mixed = np.clip(self._before + (self._after - self._before) * eased, 0.0, 1.0)
        return self._bank.compose(mixed, np.zeros_like(mixed))

    def _sent(self, face: F32) -> LiveFace:
        weights: list[float] = face.tolist()
        return LiveFace(weights={name: weights[column] for column, name in self._columns})


class Changes:
    """Changes of faces by lines of JSON: of all ``sources``, or of the one that ``name`` names.

    Where ``ends``, the sources end with the lines.
    """

    def __init__(self, lines: Lines, sources: Mapping[str, BankSource], *, ends: bool) -> None:
        self._lines = lines
        self._sources = sources
        self._ends = ends
        self._made = 0
        self._wrong: list[str] = []
        self._more = 0

    @property
    def told(self) -> Sequence[str]:
        """What became of the lines, as sentences."""
        more = [f"and {self._more} lines more that changed nothing"] * bool(self._more)
        return [f"changes made: {self._made}", *self._wrong, *more, *self._lines.told]

    def apply(self, moment: float) -> None:
        """Make the changes that have arrived."""
        for number, line in self._lines.arrived():
            try:
                given = parsed(line)
                for source in self._meant(given.pop("name", None)):
                    source.change(given, moment)
                self._made += 1
            except QueryError as error:
                if len(self._wrong) < _MOST_TOLD:
                    self._wrong.append(f"line {number} changed nothing: {error}")
                else:
                    self._more += 1
        if self._ends and self._lines.ended:
            for source in self._sources.values():
                source.ended = True

    def _meant(self, name: object) -> Sequence[BankSource]:
        if name is None:
            return tuple(self._sources.values())
        if not isinstance(name, str) or name not in self._sources:
            hint = did_you_mean(str(name), list(self._sources))
            raise QueryError(f"no character {name!r}: {hint}")
        return (self._sources[name],)
