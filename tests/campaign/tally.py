"""How the cases of one kind ended, and cases run where they may crash, hang or be killed."""

from __future__ import annotations

import io
import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from attrs import define, field, frozen

PATIENCE = 120.0
"""Seconds after which a case counts as one that hangs."""


@define
class Tally:
    """Cases of one kind: refused in words, gone well, and each wrong one in a line."""

    kind: str
    refused: int = 0
    well: int = 0
    wrong: list[str] = field(factory=list[str])

    @property
    def cases(self) -> int:
        """All that were tried."""
        return self.refused + self.well + len(self.wrong)


@frozen(kw_only=True)
class Ended:
    """How a child process ended: its exit code, negative for a signal, and what it said."""

    status: int
    said: str

    @property
    def clear(self) -> bool:
        """Whether it ended by itself and in words."""
        bad = ("Traceback", "defect of mien")
        return self.status in (0, 1, 2) and not any(word in self.said for word in bad)


def in_child(act: Callable[[], int], kill_after: float | None = None) -> Ended:
    """Run ``act`` in a forked process, killed after so many seconds if it has not ended by then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        said = io.StringIO()
        code = 70
        try:
            with redirect_stdout(said), redirect_stderr(said):
                code = act()
        except BaseException:
            said.write(traceback.format_exc())
        with suppress(OSError):
            os.write(writing, said.getvalue().encode("utf-8", "replace")[-8000:])
        os._exit(code)
    os.close(writing)
    start = time.monotonic()
    limit = PATIENCE if kill_after is None else kill_after
    status: int | None = None
    while status is None:
        found, ended = os.waitpid(child, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(ended)
        elif time.monotonic() - start >= limit:
            os.kill(child, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        else:
            time.sleep(0.001)
    with os.fdopen(reading, "rb") as stream:
        return Ended(status=status, said=stream.read().decode("utf-8", "replace"))


def content(folder: Path) -> dict[str, bytes]:
    """The files under a folder, hidden ones too, by relative path."""
    if folder.is_file():
        return {folder.name: folder.read_bytes()}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
