"""Faces that come to the page from other programs, and the one that the page gives to them."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition, Lock

Weights = Mapping[str, float]
"""Channel to weight in [0, 1]."""


class FaceFeed:
    """Holds the newest face that was received; pages wait here for a newer one.

    ``title`` is what people call where the faces come from.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._count = 0
        self._weights: Weights | None = None
        self._closed = False
        self._condition = Condition()

    @property
    def closed(self) -> bool:
        """Whether no face will come any more."""
        with self._condition:
            return self._closed

    def show(self, weights: Weights | None) -> None:
        """A newer face; None where none comes any more for now."""
        with self._condition:
            self._count += 1
            self._weights = weights
            self._condition.notify_all()

    def after(self, count: int, timeout: float) -> tuple[int, Weights | None]:
        """The newest face and its number; the number ``count`` where ``timeout`` seconds passed."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._count > count, timeout)
            return self._count, self._weights

    def close(self) -> None:
        """End the feed and wake all who wait."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class ChosenFace:
    """The face that was last chosen on the page; None before any was."""

    def __init__(self) -> None:
        self._weights: Weights | None = None
        self._lock = Lock()

    @property
    def weights(self) -> Weights | None:
        """The face."""
        with self._lock:
            return self._weights

    def choose(self, weights: Weights) -> None:
        """Another face."""
        with self._lock:
            self._weights = weights
