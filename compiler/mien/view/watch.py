"""Noticing that a file of a bank was saved, by looking often."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

from mien import resources
from mien.text.files import SUFFIXES

POLL_SECONDS = 0.03
"""Between two looks at the files: some twenty calls of `stat`."""
SETTLE_SECONDS = 0.005
MOST_SETTLES = 10

FileStates = tuple[tuple[str, int, int, int], ...]
"""Path, modification time in nanoseconds, size and inode of every source, sorted."""


def file_states(folder: Path) -> FileStates:
    """The state of all files that can matter to the bank in ``folder``; missing ones are absent."""
    found: list[tuple[str, int, int, int]] = []
    for place in _places(folder):
        try:
            with os.scandir(place) as entries:
                found.extend(_state(entry) for entry in entries if entry.name.endswith(SUFFIXES))
        except OSError:
            continue
    return tuple(sorted(found))


def _places(folder: Path) -> Iterator[Path]:
    yield folder
    yield folder / "emotions"
    yield folder / "rigs"
    yield Path(os.path.normpath(folder / "..")) / "rigs"
    yield resources.presets() / "rigs"


def _state(entry: os.DirEntry[str]) -> tuple[str, int, int, int]:
    try:
        state = entry.stat()
    except OSError:  # a link to nothing, or gone since
        return entry.path, 0, -1, 0
    return entry.path, state.st_mtime_ns, state.st_size, state.st_ino


def file_state(path: Path) -> FileStates:
    """The state of one file; empty where it is not there."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return ((str(path), state.st_mtime_ns, state.st_size, state.st_ino),)


class Watch:
    """Calls ``changed`` from a thread of its own after what it looks at has changed.

    That is a bank's ``folder``, or whatever ``look`` sees of another path.
    """

    def __init__(
        self,
        folder: Path,
        changed: Callable[[], object],
        look: Callable[[Path], FileStates] = file_states,
    ) -> None:
        self._folder = folder
        self._changed = changed
        self._look = look
        self._stop = Event()
        self._last = look(folder)
        self._thread = Thread(target=self._run, name="mien-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and wait for the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> bool:
        """Look once; ``changed`` is called, and True returned, where something is new."""
        now = self._look(self._folder)
        if now == self._last:
            return False
        self._last = self._settled(now)
        self._changed()
        return True

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            self.check()

    def _settled(self, now: FileStates) -> FileStates:
        """Wait for a save to end: editors write a file in steps."""
        for _ in range(MOST_SETTLES):
            self._stop.wait(SETTLE_SECONDS)
            later = self._look(self._folder)
            if later == now:
                break
            now = later
        return now
