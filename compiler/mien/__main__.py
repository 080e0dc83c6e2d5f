"""The program as it starts: `mien`, and `python -m mien` where that is not on the PATH.

An interrupt while its modules are imported finds nobody yet who could tell of it, and is lost where
Python itself is at work: until then it ends the program at once.
"""

from __future__ import annotations

import os
import signal

_STDERR, _INTERRUPTED = 2, 130


def main() -> None:
    """The console script."""
    waiting = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not under nohup
    if waiting:
        signal.signal(signal.SIGINT, _end)
    from mien.cli.main import main as begin

    if waiting:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    begin()


def _end(*_: object) -> None:
    os.write(_STDERR, b"interrupted\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
