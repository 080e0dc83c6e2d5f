"""The other end of ``espeak_server``: its process, started when needed and ended with this one."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import Any, cast

from attrs import asdict, frozen

from mien.errors import MienError
from mien_trainer.speech import SpeechUnavailableError

LIBRARY = "libespeak-ng.1.dylib" if sys.platform == "darwin" else "libespeak-ng.so.1"
"""The shared library of eSpeak NG, found as the system finds libraries."""

_INSTALL = "install espeak-ng (Debian: apt-get install espeak-ng)"
_START_SECONDS = 20.0
_GRACE_SECONDS = 10.0
"""How much longer than its own limit the server may take before it is given up."""

_SERVER = Path(__file__).with_name("espeak_server.py")


@frozen(kw_only=True)
class Request:
    """A text for eSpeak NG, in its own units: words a minute, and 0 to 100 where 50 is normal.

    ``seconds`` is the time after which it is given up.
    """

    voice: str
    text: str
    rate: int
    pitch: int
    range: int
    seconds: float


@frozen(kw_only=True)
class Answer:
    """Samples (int16, mono) and (sample, symbol) where a phoneme begins, or why there are none."""

    samples: bytes
    events: tuple[tuple[int, str], ...]
    fault: str = ""


class ServerEndedError(MienError):
    """The server has closed its pipes, did not answer in time, or was closed."""


class EspeakProcess:
    """A running server. Not shared: a fork of this process has to start its own."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            SpeechUnavailableError: the library or its data is missing; says what to install.
        """
        if not hasattr(os, "fork"):
            raise SpeechUnavailableError(
                "espeak-ng is used by fork, which this system does not have"
            )
        self.pid = os.getpid()
        # isolated and without site-packages: it needs nothing, and starts in a few milliseconds
        self._process = subprocess.Popen(  # noqa: S603  our own file, no shell
            [sys.executable, "-I", "-S", str(_SERVER), LIBRARY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._close = weakref.finalize(self, _stop, self._process, self.pid)
        try:
            head = self._head(time.monotonic() + _START_SECONDS)
        except ServerEndedError:
            self.close()
            raise SpeechUnavailableError(f"espeak-ng did not start: {_INSTALL}") from None
        if "fault" in head:
            self.close()
            raise SpeechUnavailableError(f"espeak-ng cannot be used: {head['fault']}: {_INSTALL}")
        self.rate = int(head["rate"])
        self.version = str(head["version"])
        self.languages = tuple(cast("list[str]", head["languages"]))
        self.variants = tuple(cast("list[str]", head["variants"]))

    def ask(self, request: Request) -> Answer:
        """What it answers.

        Raises:
            ServerEndedError: start another.
        """
        if not self._close.alive:
            raise ServerEndedError
        data = json.dumps(asdict(request)).encode()
        try:
            self._send(len(data).to_bytes(4, "little") + data)
            deadline = time.monotonic() + request.seconds + _GRACE_SECONDS
            head, samples = self._head(deadline), self._message(deadline)
        except BaseException as error:
            # whatever stopped this, half an answer may be left in the pipe
            self.close()
            if isinstance(error, ServerEndedError | OSError):
                raise ServerEndedError from None
            raise
        events = cast("list[tuple[int, str]]", head.get("events", []))
        return Answer(
            samples=samples,
            events=tuple((sample, symbol) for sample, symbol in events),
            fault=str(head.get("fault", "")),
        )

    def close(self) -> None:
        """End it; it may be called twice."""
        self._close()

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        stream = self._process.stdin
        while view and stream is not None:
            view = view[os.write(stream.fileno(), view) :]

    def _head(self, deadline: float) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self._message(deadline)))

    def _message(self, deadline: float) -> bytes:
        return self._read(int.from_bytes(self._read(4, deadline), "little"), deadline)

    def _read(self, count: int, deadline: float) -> bytes:
        stream = self._process.stdout
        data = bytearray()
        while len(data) < count and stream is not None:
            wait = max(0.0, deadline - time.monotonic())
            if not select.select([stream], [], [], wait)[0]:
                raise ServerEndedError
            chunk = os.read(stream.fileno(), count - len(data))
            if not chunk:
                raise ServerEndedError
            data += chunk
        return bytes(data)


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    if os.getpid() != owner:
        # a fork holds only copies of the pipes: the process is not its child to wait for
        process.returncode = 0
        return
    process.kill()
    process.wait()
