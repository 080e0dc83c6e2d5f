"""One line of the bench's report."""

from __future__ import annotations

from enum import Enum

from attrs import frozen


class Better(Enum):
    """Which way a ratio is good."""

    HIGHER = "higher"
    LOWER = "lower"


@frozen(kw_only=True)
class Row:
    """A measured comparison.

    ``batch`` is the number of faces, characters or 0 where neither applies. ``ours`` and ``peer``
    are in ``unit``. ``ratio`` is peer / ours where higher is better (times as fast, or share of the
    machine's rate), ours / peer where lower is (times the cost).
    """

    name: str
    batch: int
    ours: float
    peer: float
    better: Better = Better.HIGHER
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """See the class."""
        if self.better is Better.HIGHER:
            return self.peer / self.ours
        return self.ours / self.peer

    def as_json(self) -> dict[str, str | int | float]:
        """The keys of the JSON report."""
        return {
            "name": self.name,
            "batch": self.batch,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "unit": self.unit,
            "better": self.better.value,
        }
