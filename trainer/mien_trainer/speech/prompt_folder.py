"""Recorded prompts on disk: a file of sound a prompt, and one list of what they say."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from attrs import frozen

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech.audio import read_audio
from mien_trainer.speech.source import SpeechRefused, SpeechUnavailable

PACKAGE = "asterisk-core-sounds-en"
FOLDER = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TRANSCRIPTS = Path(f"/usr/share/doc/{PACKAGE}/core-sounds-en.txt.gz")
"""Where Debian's packages put the sounds and what they say."""

INSTALL = (
    f"install Debian's {PACKAGE}-g722 and ffmpeg, which reads it, "
    f"or {PACKAGE}-wav, which is of telephone quality"
)

_LARGEST = 4 << 20
"""Bytes of transcripts that are read."""

_SECONDS = 60.0
"""A prompt that takes ffmpeg longer is given up."""


@frozen(kw_only=True)
class Form:
    """How the sounds are kept: ``g722`` (16 kHz, read by ffmpeg) or ``wav`` (8 kHz)."""

    suffix: str
    ffmpeg: str | None = None

    @property
    def package(self) -> str:
        """Debian's package with sounds of this form."""
        return f"{PACKAGE}-{self.suffix}"

    def read(self, path: Path) -> F32:
        """The sound of a file of this form, mono at 16 kHz.

        Raises:
            SpeechRefused: it is empty or cannot be read.
        """
        if self.ffmpeg is None:
            return read_audio(path).samples
        return _decoded(path, self.ffmpeg)


def find_form(folder: Path) -> Form:
    """The better of the forms that the folder has and this machine can read.

    Raises:
        SpeechUnavailable: there is none.
    """
    if not folder.is_dir():
        raise SpeechUnavailable(f"no prompts at {folder}: {INSTALL}")
    ffmpeg = shutil.which("ffmpeg")
    better = bool(keys_in(folder, "g722"))
    if better and ffmpeg is not None:
        return Form(suffix="g722", ffmpeg=ffmpeg)
    if keys_in(folder, "wav"):
        return Form(suffix="wav")
    if better:
        raise SpeechUnavailable(f"the prompts at {folder} need ffmpeg to be read: {INSTALL}")
    raise SpeechUnavailable(f"no .g722 or .wav at {folder}: {INSTALL}")


def keys_in(folder: Path, suffix: str) -> tuple[str, ...]:
    """The prompts that have a sound: their paths in the folder without ``.suffix``, in order."""
    found = folder.rglob(f"*.{suffix}")
    return tuple(sorted(path.relative_to(folder).as_posix()[: -len(suffix) - 1] for path in found))


def read_transcripts(path: Path) -> Mapping[str, str]:
    """What each prompt says: lines of ``name: text``, ``;`` begins a comment; plain or gzip.

    Raises:
        SpeechUnavailable: the file is missing, damaged or holds no such line.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SpeechUnavailable(f"{path}: this cannot be read as transcripts: {error}") from error
    except OSError as error:
        raise SpeechUnavailable(
            f"no transcripts at {path}: {error.strerror}; install Debian's {PACKAGE} "
            "with its documentation, or say where they are"
        ) from error
    said: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, words = line.partition(":")
        if colon and not name.startswith(";"):
            said.setdefault(name.strip(), " ".join(words.split()))
    if not said:
        raise SpeechUnavailable(f"{path}: expected lines as 'name: text', found none")
    return said


def _decoded(path: Path, ffmpeg: str) -> F32:
    command = [ffmpeg, "-nostdin", "-v", "error", "-f", "g722", "-i", str(path)]
    command += ["-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
    try:
        done = subprocess.run(  # noqa: S603  no shell; the path is one argument behind its option
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SpeechRefused(f"ffmpeg took more than {_SECONDS:.0f} s to read it") from None
    except OSError as error:
        raise SpeechUnavailable(f"ffmpeg cannot be started: {error.strerror}") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SpeechRefused(f"ffmpeg cannot read it: {said[-1] if said else 'it holds no sound'}")
    return np.frombuffer(done.stdout, dtype="<i2").astype(np.float32) / np.float32(32768.0)
