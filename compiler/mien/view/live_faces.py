"""Faces that come to the page from other programs, and the one that the page gives to them."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition

from attrs import define

Weights = Mapping[str, float]
"""Channel to weight in [0, 1]."""


class FaceFeed:
    """Holds the newest face that was received; pages wait here for a newer one.

    ``title`` is what people call where the faces come from; once it is ``closed`` no more come.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._count = 0
        self._weights: Weights | None = None
        self.closed = False
        self._condition = Condition()

    def show(self, weights: Weights | None) -> None:
        """A newer face; None where none comes any more for now."""
        with self._condition:
            self._count += 1
            self._weights = weights
            self._condition.notify_all()

    def after(self, count: int, timeout: float) -> tuple[int, Weights | None]:
        """The newest face and its number; the number ``count`` where ``timeout`` seconds passed."""
        with self._condition:
            self._condition.wait_for(lambda: self.closed or self._count > count, timeout)
            return self._count, self._weights

    def close(self) -> None:
        """End the feed and wake all who wait."""
        with self._condition:
            self.closed = True
            self._condition.notify_all()


@define
class ChosenFace:
    """The face that was last chosen on the page; None before any was."""

    weights: Weights | None = None
