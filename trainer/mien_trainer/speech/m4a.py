"""Compressed sound, read by ffmpeg where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np

from mien.text.files import shown_path
from mien_trainer.fault import TrainerError
from mien_trainer.frames import F32, SAMPLE_RATE

_PATIENCE = 120.0
_TAIL = 300


class FfmpegError(TrainerError):
    """ffmpeg is missing or could not do its work; the message says what it said."""


def find_ffmpeg() -> str | None:
    """The program, or None where it is not installed."""
    return shutil.which("ffmpeg")


def read_m4a(path: Path) -> F32:
    """The sound of a file as mono float32 in [-1, 1] at 16 kHz.

    Raises:
        FfmpegError: there is no ffmpeg, or it cannot read the file.
    """
    program = find_ffmpeg()
    if program is None:
        raise FfmpegError(
            f"{shown_path(path)}: this kind of sound is read by ffmpeg, which is not installed: "
            "install it, or convert to .wav"
        )
    command = [program, "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a:0"]
    command += ["-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    try:
        done = subprocess.run(  # noqa: S603  the machine's own ffmpeg, no shell
            command, capture_output=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise FfmpegError(f"{shown_path(path)}: ffmpeg did not end in {_PATIENCE:.0f} s") from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0 or not done.stdout:
        raise FfmpegError(
            f"{shown_path(path)}: ffmpeg cannot read it: {said[-_TAIL:] or 'no sound'}"
        )
    samples: F32 = np.frombuffer(done.stdout, dtype="<f4").astype(np.float32)
    return np.clip(samples, -1.0, 1.0)
