"""A table of visemes: from IPA symbols to mouth shapes, and what is known of their timing."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.authored.rig import Rig
from mien_trainer.phonemes import SILENCE, Phoneme


class Contact(Enum):
    """What touches: both lips (p, b, m), or the lower lip and the upper teeth (f, v)."""

    LIPS = "lips"
    TEETH = "teeth"


@frozen(kw_only=True)
class Group:
    """Channels that move together: ``pace`` stretches every reach, ``lead`` is in seconds."""

    channels: tuple[str, ...]
    pace: float
    lead: float


@frozen(kw_only=True)
class SoundClass:
    """How sounds of a kind pull: ``strength`` by group, reaches in seconds for a pace of 1."""

    strength: Mapping[str, float]
    before: float
    after: float
    power: float


@frozen(kw_only=True)
class ContactTiming:
    """How a contact is made and undone, in seconds; it rules the channels ``holds`` alone."""

    holds: tuple[str, ...]
    lead: float
    closing: float
    pressing: float
    opening: float


@frozen(kw_only=True)
class Viseme:
    """A mouth shape: its class, the contact it keeps, its IPA symbols and its weights."""

    class_: str
    contact: Contact | None
    sounds: tuple[str, ...]
    weights: Mapping[str, float]


_MARKS = ("M", "Lm", "Sk")
"""Unicode categories of diacritics, length and tone: they modify a sound and are none."""


@frozen(kw_only=True)
class Reading:
    """The visemes of a symbol in order, never none, and the parts of it that no entry knows."""

    visemes: tuple[str, ...]
    unknown: tuple[str, ...]


@frozen(kw_only=True, slots=False, eq=False)
class VisemeTable:
    """What the mouth does for the sounds of a language, on one rig.

    ``glides`` are symbols that pass through several visemes; ``fallback`` is the viseme of what is
    unknown; ``ignored`` marks say nothing about the mouth.
    """

    id: str
    version: str
    rig: Rig
    groups: Mapping[str, Group]
    classes: Mapping[str, SoundClass]
    contacts: Mapping[Contact, ContactTiming]
    visemes: Mapping[str, Viseme]
    glides: Mapping[str, tuple[str, ...]]
    fallback: str
    ignored: tuple[str, ...]
    _readings: dict[str, Reading] = field(factory=dict[str, Reading], init=False)

    def read(self, symbol: str) -> Reading:
        """The visemes of an IPA symbol, or of several in a row.

        The longest match goes first. Stress, ties and the marks of length and articulation are
        passed over where no entry has them. What is left unknown has the fallback's shape.
        """
        found = self._readings.get(symbol)
        if found is None:
            found = self._readings[symbol] = self._read(symbol)
        return found

    def unknown(self, phonemes: Iterable[Phoneme]) -> Mapping[str, int]:
        """How often the fallback stood in, by what was unknown, in sorted order."""
        counts = Counter(part for one in phonemes for part in self.read(one.symbol).unknown)
        return dict(sorted(counts.items()))

    def _read(self, symbol: str) -> Reading:
        text = "".join(one for one in _spelled(symbol) if one not in self.ignored)
        visemes: list[str] = []
        unknown: list[str] = []
        at = 0
        while at < len(text):
            size, steps = self._longest(text, at)
            at += size
            if steps:
                visemes += steps
            elif not unicodedata.category(text[at - 1]).startswith(_MARKS):
                visemes.append(self.fallback)
                unknown.append(text[at - 1])
        if not visemes:
            return Reading(visemes=(self.fallback,), unknown=(symbol,))
        return Reading(visemes=tuple(visemes), unknown=tuple(unknown))

    def _longest(self, text: str, at: int) -> tuple[int, tuple[str, ...]]:
        """How much of ``text`` the longest entry at ``at`` takes, and its visemes if any."""
        for size in range(min(self._widest, len(text) - at), 0, -1):
            steps = self._steps.get(text[at : at + size])
            if steps is not None:
                return size, steps
        return 1, ()

    @cached_property
    def _steps(self) -> Mapping[str, tuple[str, ...]]:
        single = {
            _spelled(sound): (name,)
            for name, viseme in self.visemes.items()
            for sound in viseme.sounds
        }
        return single | {_spelled(sound): steps for sound, steps in self.glides.items()}

    @cached_property
    def _widest(self) -> int:
        return max(map(len, self._steps))

    @cached_property
    def rest(self) -> str:
        """The viseme of silence."""
        return self._steps[SILENCE][0]


def _spelled(symbol: str) -> str:
    """One spelling of what looks the same: letters and marks apart."""
    return unicodedata.normalize("NFD", symbol)


F64 = npt.NDArray[np.float64]


@frozen(kw_only=True, eq=False)
class Timeline:
    """S visemes in order of time; the first and the last are rest without end.

    ``names`` of visemes; ``starts`` and ``ends`` (S,) in seconds.
    """

    names: tuple[str, ...]
    starts: F64
    ends: F64


def timeline(phonemes: Sequence[Phoneme], table: VisemeTable) -> Timeline:
    """The visemes of ``phonemes``, with rest before, after and between them.

    Of several visemes in one symbol the first has two parts of the time, each other one.
    """
    steps: list[tuple[str, float, float]] = []
    for name, start, end in _steps(phonemes, table):
        if steps and name == table.rest == steps[-1][0]:
            steps[-1] = (name, steps[-1][1], end)
        else:
            steps.append((name, start, end))
    return Timeline(
        names=tuple(name for name, _, _ in steps),
        starts=np.array([start for _, start, _ in steps]),
        ends=np.array([end for _, _, end in steps]),
    )


def _steps(phonemes: Sequence[Phoneme], table: VisemeTable) -> Iterator[tuple[str, float, float]]:
    reached = -np.inf
    for phoneme in phonemes:
        if phoneme.start > reached:
            yield table.rest, reached, phoneme.start
        visemes = table.read(phoneme.symbol).visemes
        part = (phoneme.end - phoneme.start) / (len(visemes) + (len(visemes) > 1))
        later = [phoneme.end - part * left for left in range(len(visemes) - 1, 0, -1)]
        bounds = (phoneme.start, *later, phoneme.end)
        for name, (start, end) in zip(visemes, pairwise(bounds), strict=True):
            yield name, start, end
        reached = max(reached, phoneme.end)
    yield table.rest, reached, np.inf
