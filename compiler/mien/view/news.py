"""The newest look at a bank, and waiting for the next one."""

from __future__ import annotations

from threading import Condition, Lock

from mien.view.look import Look, look_again


class News:
    """Holds the current look; threads wait here for a newer one."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._closed = False
        self._condition = Condition()
        self._reading = Lock()

    @property
    def look(self) -> Look:
        """The newest look."""
        with self._condition:
            return self._look

    @property
    def closed(self) -> bool:
        """Whether there will be no more news."""
        with self._condition:
            return self._closed

    def refresh(self) -> Look:
        """Read the bank anew and tell all who wait."""
        with self._reading:
            newer = look_again(self.look)
            with self._condition:
                self._look = newer
                self._condition.notify_all()
        return newer

    def after(self, revision: int, timeout: float) -> Look | None:
        """The first look newer than ``revision``; None after ``timeout`` seconds or at the end."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._closed or self._look.revision > revision, timeout
            )
            newer = self._look.revision > revision
            return self._look if newer and not self._closed else None

    def close(self) -> None:
        """Wake all who wait: there is no more news."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
