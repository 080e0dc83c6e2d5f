"""Sound as ffmpeg reads it, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.text.files import shown_path
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import SpeechRefusedError

_PATIENCE, _TAIL = 120.0, 300
"""Seconds after which it is given up, and how many characters of its message are shown."""


def find_ffmpeg() -> str | None:
    """The program, or None where it is not installed."""
    return shutil.which("ffmpeg")


def decode(path: Path, *, form: str | None = None) -> F32:
    """The sound of a file as ffmpeg reads it, mono float32 in [-1, 1] at 16 kHz.

    ``form`` is ffmpeg's name of what the file holds, where that does not show.

    Raises:
        SpeechRefusedError: there is no ffmpeg, or it cannot read the file.
    """
    output = ["-f", "f32le", "-"]
    data = converted(path, output, patience=_PATIENCE, before=("-f", form) if form else ())
    if not data:
        raise SpeechRefusedError(f"{shown_path(path)}: ffmpeg cannot read it: no sound")
    return np.clip(np.frombuffer(data, dtype="<f4").astype(np.float32), -1.0, 1.0)


def converted(
    path: Path, output: Sequence[str], *, patience: float, before: Sequence[str] = ()
) -> bytes:
    """What ffmpeg writes to stdout of the first sound of a file, mono at 16 kHz.

    ``output`` says in which form and where, ``before`` what is read; it is given up after
    ``patience`` seconds.

    Raises:
        SpeechRefusedError: as `decode`.
    """
    name, program = shown_path(path), find_ffmpeg()
    if program is None:
        raise SpeechRefusedError(
            f"{name}: this kind of sound is read by ffmpeg, which is not installed: install it, or "
            "convert to .wav"
        )
    if not path.is_file():
        raise SpeechRefusedError(f"{name}: expected a sound file, found none")
    # A file that is a list of other files is not followed, least of all to a network.
    command = [program, "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", *before]
    command += ["-i", f"file:{path}", "-map", "0:a:0", "-ac", "1", "-ar", str(SAMPLE_RATE), *output]
    try:
        done = subprocess.run(  # noqa: S603  the machine's own ffmpeg, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired:
        raise SpeechRefusedError(f"{name}: ffmpeg did not end in {patience:.0f} s") from None
    except OSError as error:
        raise SpeechRefusedError(f"{name}: ffmpeg cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip()[-_TAIL:]
        raise SpeechRefusedError(f"{name}: ffmpeg cannot read it: {reason or 'no sound'}")
    return done.stdout
