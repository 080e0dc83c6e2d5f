"""A bank under test: compiled once, with its lock and its sources."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from mien.bank import Bank
from mien.compile import Compiled, compile_folder
from mien.lint.rule import emotion_source
from mien.lock.compare import differences
from mien.lock.read import LOCK_NAME, read_lock
from mien.lock.record import Lock
from mien.testing.strategies import Point
from mien.text.node import find


class Subject:
    """The bank in ``folder``; it is compiled when it is first needed.

    Raises SourceError where the bank cannot be compiled.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def compiled(self) -> Compiled:
        """Tables, artifact and lock, of the sources as they are now."""
        return compile_folder(self.folder)

    @cached_property
    def bank(self) -> Bank:
        """The bank as it is now."""
        return Bank(self.compiled.tables)

    @property
    def lock(self) -> Lock:
        """What the sources compile to, whatever lock is committed."""
        return self.compiled.lock

    @property
    def counted(self) -> int:
        """How many channels the mean of a certificate is over."""
        return len(self.bank.channels)

    def stale(self) -> tuple[str, ...]:
        """What is stale about the committed lock, a line each."""
        committed = read_lock(self.folder / LOCK_NAME)
        if committed is None:
            return ("there is no lock yet",)
        return differences(committed, self.lock)

    def place(self, label: str, vad: Point, channel: str | None = None) -> str:
        """File, line and column of the archetype nearest to a point, and of a channel in it."""
        anchors = self.bank.tables.labels[self.bank.tables.label_index[label]].anchors
        away = anchors - np.array(vad, dtype=np.float32)
        nearest = int((self.bank.tables.metric * away * away).sum(axis=1).argmin())
        source = emotion_source(self.compiled.bank, label)
        head = ("archetypes", self.bank.intensities[nearest])
        path = head if channel is None else source.weight(head, channel)
        return str(source.file if source.root is None else find(source.root, path).place)
