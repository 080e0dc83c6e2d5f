"""The process that speaks with eSpeak NG: set up once, forked for every request.

The library carries something from each text into the next, so that what it says depends on what it
has said; a fork of a process that has never spoken always says the same. This file runs by itself,
with nothing but the standard library, so that it starts at once.

Messages are 32-bit little-endian lengths and as many bytes. The server begins with a JSON head that
says what it can do; each request (JSON) is answered by a JSON head and the samples (int16, mono).
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _IPA, _DO_NOT_EXIT = 1, 2, 0x8000
_UTF8 = 1
_PHONEME, _LIST_END = 7, 0
_RATE, _PITCH, _RANGE = 1, 3, 4


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("text", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Synthesiser:
    """The library, initialised."""

    def __init__(self, name: str) -> None:
        """Load it.

        Raises:
            OSError: there is no such library, or it finds no data.
        """
        self._library = ctypes.CDLL(name)
        options = _PHONEME_EVENTS | _IPA | _DO_NOT_EXIT
        self.rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, options))
        if self.rate <= 0:
            raise OSError("espeak-ng-data is missing")
        self._library.espeak_Info.restype = ctypes.c_char_p
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))

    @property
    def version(self) -> str:
        """As in 1.51."""
        return str(self._library.espeak_Info(None).decode().split(" ")[0])

    def languages(self) -> list[str]:
        """The voices by the names that load them, as in en-us: their files', in small letters.

        Some voices speak for languages of other names too (en for en-gb), which load nothing.
        """
        identifiers = (voice.identifier.decode() for voice in self._voices(None))
        own = (one for one in identifiers if not one.startswith(("!v/", "mb/")))
        return sorted({identifier.rpartition("/")[2].lower() for identifier in own})

    def variants(self) -> list[str]:
        """What may be added to a voice with +, as in f3."""
        name = ctypes.create_string_buffer(b"variant")
        wanted = _Voice(languages=ctypes.cast(name, ctypes.c_void_p))
        identifiers = (voice.identifier.decode() for voice in self._voices(ctypes.byref(wanted)))
        return sorted(identifier.rpartition("/")[2] for identifier in identifiers)

    def _voices(self, wanted: Any) -> list[Any]:  # noqa: ANN401  ctypes has no type for byref
        listed = self._library.espeak_ListVoices(wanted)
        voices: list[Any] = []
        while listed[len(voices)]:
            voices.append(listed[len(voices)].contents)
        return voices

    def say(self, request: dict[str, Any]) -> bytes:
        """The answer to a request: head and samples."""
        chunks: list[bytes] = []
        events: list[tuple[int, str]] = []

        def receive(samples: Any, count: int, found: Any) -> int:  # noqa: ANN401  pointers
            if samples and count:
                chunks.append(ctypes.string_at(samples, count * 2))
            position = 0
            while found[position].type != _LIST_END:
                event = found[position]
                if event.type == _PHONEME:
                    # eight bytes may end within a character
                    events.append((event.sample, event.id.text.decode("utf-8", "ignore")))
                position += 1
            return 0

        callback = _Callback(receive)
        self._library.espeak_SetSynthCallback(callback)
        if self._library.espeak_SetVoiceByName(request["voice"].encode()) != 0:
            return _answer({"fault": "its voice cannot be loaded"})
        for parameter, value in (
            (_RATE, request["rate"]),
            (_PITCH, request["pitch"]),
            (_RANGE, request["range"]),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        text = request["text"].encode()
        size = ctypes.c_size_t(len(text) + 1)
        self._library.espeak_Synth(text, size, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return _answer({"events": events}, b"".join(chunks))


def _head(content: dict[str, Any]) -> bytes:
    return _message(json.dumps(content).encode())


def _answer(head: dict[str, Any], samples: bytes = b"") -> bytes:
    return _head(head) + _message(samples)


def _message(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def in_child(work: Callable[[], bytes], seconds: float, sink: int) -> int:
    """Write what ``work`` returns to ``sink``, in a fork of this process.

    Gives 0, or the signal or exit code that ended the fork before it wrote: SIGALRM where ``work``
    took longer than ``seconds``.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
            data = work()
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            _write(sink, data)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return abs(os.waitstatus_to_exitcode(status))


def _write(sink: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sink, view) :]


def _read(source: int, count: int) -> bytes:
    """So many bytes; fewer where the other side has gone."""
    data = b""
    while len(data) < count:
        chunk = os.read(source, count - len(data))
        if not chunk:
            break
        data += chunk
    return data


def serve(library: str, source: int, sink: int) -> None:
    """Answer requests until there are no more."""
    try:
        synthesiser = Synthesiser(library)
    except OSError as error:
        _write(sink, _head({"fault": str(error)}))
        return
    offer = {
        "rate": synthesiser.rate,
        "version": synthesiser.version,
        "languages": synthesiser.languages(),
        "variants": synthesiser.variants(),
    }
    _write(sink, _head(offer))
    while len(length := _read(source, 4)) == 4:
        request = json.loads(_read(source, int.from_bytes(length, "little")))
        code = in_child(lambda: synthesiser.say(request), request["seconds"], sink)  # noqa: B023
        if code:
            fault = "it took too long" if code == signal.SIGALRM else f"it ended with {code}"
            _write(sink, _answer({"fault": fault}))


def main() -> None:
    """Serve on standard input and output; what the library prints is kept out of the answers."""
    sink = os.dup(1)
    os.dup2(2, 1)
    # whoever asks may be stopped from the keyboard; the closed pipe ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.argv[1], 0, sink)


if __name__ == "__main__":
    main()
