"""What is plainly wrong with one clip or one shard, and a place to gather it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from attrs import frozen

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "not-a-number": "make the clip again; if it comes back, its source is at fault",
        "out-of-range": "weights and speech lie in [0, 1]: clamp captures before they are stored",
        "lengths": "every series of a clip has one row a frame: make the clip again",
        "conditions": "conditions are one label one-hot and a point in [-1, 1]",
        "antagonists": "compose the lips last: it takes apart what excludes each other",
        "captured-antagonists": "trackers report a little of it; much of it is a bad capture",
        "artifact": "make the targets again from the bank that the manifest names",
        "shard-changed": "make the shard again, or restore it: its bytes are not the manifest's",
        "stray-shard": "delete it, or make the manifest again",
        "refused": "see why the source refuses it; the others can be used",
        "same-id": "ids are unique within a set",
        "sentence-leak": "keep a sentence in one split only",
        "voice-leak": "keep a held-out voice out of the other splits",
        "duplicate": "delete one of the two",
        "duplicate-leak": "the same clip is learned and judged by: delete one of the two",
        "silent": "the text says speech and the sound has none: see what the source wrote",
    }
)
"""What to do, by code."""

SHOWN = 50
"""So many faults of a kind are kept; the others are counted."""


@frozen(kw_only=True)
class ClipFault:
    """One fault; ``clip`` is empty where the whole shard is meant."""

    code: str
    shard: str
    clip: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.shard, self.clip, self.message) if part)


@frozen(kw_only=True)
class FaultKind:
    """All faults of one code: how many, and the first ``SHOWN`` of them."""

    code: str
    count: int
    first: tuple[ClipFault, ...]

    @property
    def hint(self) -> str:
        """What to do."""
        return HINTS[self.code]


class Faults:
    """Faults as they come, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self._first: dict[str, list[ClipFault]] = {code: [] for code in HINTS}
        self._counts = dict.fromkeys(HINTS, 0)

    def add(self, code: str, shard: str, clip: str, message: str) -> None:
        """One more."""
        self._counts[code] += 1
        if len(self._first[code]) < SHOWN:
            found = ClipFault(code=code, shard=shard, clip=clip, message=message)
            self._first[code].append(found)

    def kinds(self) -> Iterator[FaultKind]:
        """The codes that were found, in the order of ``HINTS``."""
        for code, first in self._first.items():
            if first:
                yield FaultKind(code=code, count=self._counts[code], first=tuple(first))
