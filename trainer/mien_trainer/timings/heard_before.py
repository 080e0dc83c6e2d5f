"""What recognisers have heard before, remembered in the user's cache folder.

It is known by the samples, the recogniser with its model, and the program that listened, so that it
is what would be heard again, bit for bit. What is damaged counts as not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from attrs import astuple

import mien
import mien_trainer
from mien.text.atomic import write_atomic
from mien.text.regular_file import NETWORK, WEIGHTS, FileKind, read_regular, sha256_of
from mien.text.user_cache import program_of, user_cache
from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme, SpokenWord
from mien_trainer.timings.ears import HeardSpeech, model_folder

SCHEMA = "mien-heard/1"

MANY, MOST = 200, 32 << 20
"""How many sounds are remembered, and in how many bytes: those that were asked for last."""

_ENTRY = FileKind("what was heard", 8 << 20)

_LIBRARIES = ("numpy", "pocketsphinx", "onnxruntime", "faster-whisper", "ctranslate2", "tokenizers")


def heard_before(audio: F32, name: str | None, listen: Callable[[], HeardSpeech]) -> HeardSpeech:
    """What the recogniser ``name`` hears in mono audio at 16 kHz: remembered, else by ``listen``.

    Where nothing can be written, nothing is remembered.

    Raises:
        MienError: as ``listen``; or as `model_folder`.
    """
    try:
        path = user_cache() / "heard" / _key(audio, model_folder(name))
    except OSError:  # no such model: the recogniser says what is missing
        return listen()
    found = _read(path)
    if found is None:
        found = listen()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, _written(found))
            _forget_oldest(path.parent)
    return found


def _key(audio: F32, model: Path | None) -> str:
    parts = [SCHEMA, _program(), str(audio.dtype)]
    if model is not None:
        files = sorted(one for one in model.iterdir() if one.is_file())
        parts += [f"{one.name} {sha256_of(one, WEIGHTS)}" for one in files]
    return hashlib.sha256("\0".join(parts).encode() + b"\0" + audio.tobytes()).hexdigest()


@cache
def _program() -> str:
    """Everything of mien that listens."""
    own, compiler = Path(mien_trainer.__file__).parent, Path(mien.__file__).parent
    files = [*own.rglob("*.py"), *(one for one in (own / "data").rglob("*") if one.is_file())]
    network = own / "networks" / "lips.onnx"
    heard_with = sha256_of(network, NETWORK) if network.is_file() else "none"
    code = program_of(compiler, compiler.rglob("*.py"), ())
    return "\n".join([code, program_of(own, files, _LIBRARIES), heard_with])


def _written(found: HeardSpeech) -> bytes:
    told = {
        "how": found.how,
        "doubts": found.doubts,
        "phonemes": [astuple(one) for one in found.phonemes],
        "words": [astuple(one) for one in found.words],
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _read(path: Path) -> HeardSpeech | None:
    """What is remembered in a file, if it is whole."""
    try:
        digest, _, body = read_regular(path, _ENTRY).partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return None
        told: dict[str, Any] = json.loads(body)
        found = HeardSpeech(
            phonemes=tuple(
                Phoneme(symbol=s, start=a, end=b) for s, a, b in _timed(told["phonemes"])
            ),
            words=tuple(SpokenWord(text=s, start=a, end=b) for s, a, b in _timed(told["words"])),
            how=str(told["how"]),
            doubts=tuple(map(str, told["doubts"])),
        )
        os.utime(path)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found


def _timed(rows: Sequence[tuple[str, float, float]]) -> Iterator[tuple[str, float, float]]:
    for text, start, end in rows:
        if not (isfinite(start) and isfinite(end)):
            raise ValueError("a time that is no number")
        yield str(text), float(start), float(end)


def _forget_oldest(folder: Path) -> None:
    """Keep those that were asked for last, as many as are remembered."""
    entries: list[tuple[int, int, Path]] = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process may have forgotten it
            found = path.stat()
            entries.append((found.st_mtime_ns, found.st_size, path))
    size = 0
    for place, (_, bytes_, path) in enumerate(sorted(entries, reverse=True)):
        size += bytes_
        if place >= MANY or size > MOST:
            with suppress(OSError):
                path.unlink()
