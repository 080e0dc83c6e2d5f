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

from mien_trainer.alignment.aligner import Aligner
from mien_trainer.alignment.pronunciation import (
    UnspeakableTextError,
    english_dictionary,
    spoken_words,
)
from mien_trainer.audio import levelled, read_audio
from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechUnavailableError,
    Utterance,
    split_of,
)

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
            SpeechRefusedError: it is empty or cannot be read.
        """
        if self.ffmpeg is None:
            return read_audio(path).samples
        return _decoded(path, self.ffmpeg)


def find_form(folder: Path) -> Form:
    """The better of the forms that the folder has and this machine can read.

    Raises:
        SpeechUnavailableError: there is none.
    """
    if not folder.is_dir():
        raise SpeechUnavailableError(f"no prompts at {folder}: {INSTALL}")
    ffmpeg = shutil.which("ffmpeg")
    better = bool(keys_in(folder, "g722"))
    if better and ffmpeg is not None:
        return Form(suffix="g722", ffmpeg=ffmpeg)
    if keys_in(folder, "wav"):
        return Form(suffix="wav")
    if better:
        raise SpeechUnavailableError(f"the prompts at {folder} need ffmpeg to be read: {INSTALL}")
    raise SpeechUnavailableError(f"no .g722 or .wav at {folder}: {INSTALL}")


def keys_in(folder: Path, suffix: str) -> tuple[str, ...]:
    """The prompts that have a sound: their paths in the folder without ``.suffix``, in order."""
    found = folder.rglob(f"*.{suffix}")
    return tuple(sorted(path.relative_to(folder).as_posix()[: -len(suffix) - 1] for path in found))


def read_transcripts(path: Path) -> Mapping[str, str]:
    """What each prompt says: lines of ``name: text``, ``;`` begins a comment; plain or gzip.

    Raises:
        SpeechUnavailableError: the file is missing, damaged or holds no such line.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            text = stream.read(_LARGEST).decode("utf-8")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SpeechUnavailableError(
            f"{path}: this cannot be read as transcripts: {error}"
        ) from error
    except OSError as error:
        raise SpeechUnavailableError(
            f"no transcripts at {path}: {error.strerror}; install Debian's {PACKAGE} "
            "with its documentation, or say where they are"
        ) from error
    said: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, words = line.partition(":")
        if colon and not name.startswith(";"):
            said.setdefault(name.strip(), " ".join(words.split()))
    if not said:
        raise SpeechUnavailableError(f"{path}: expected lines as 'name: text', found none")
    return said


def _decoded(path: Path, ffmpeg: str) -> F32:
    command = [ffmpeg, "-nostdin", "-v", "error", "-f", "g722", "-i", str(path)]
    command += ["-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "-"]
    try:
        done = subprocess.run(  # noqa: S603  no shell; the path is one argument behind its option
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SpeechRefusedError(f"ffmpeg took more than {_SECONDS:.0f} s to read it") from None
    except OSError as error:
        raise SpeechUnavailableError(f"ffmpeg cannot be started: {error.strerror}") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SpeechRefusedError(
            f"ffmpeg cannot read it: {said[-1] if said else 'it holds no sound'}"
        )
    return np.frombuffer(done.stdout, dtype="<i2").astype(np.float32) / np.float32(32768.0)


VOICE = "allison"
LICENCE = "CC BY-SA 3.0"
_SPEAKER = "Allison Smith"


@frozen(kw_only=True)
class _Offer:
    """What the folder has: how it is kept, what can be said and in which words, what cannot."""

    form: Form
    items: tuple[SpeechItem, ...]
    words: Mapping[str, tuple[str, ...]]
    refusals: tuple[SpeechRefusedError, ...]


class PromptSource:
    """The prompts that one speaker recorded, some 550 of one word to a minute.

    Prompts of the same words are in the same split. Each is read and aligned once a process.
    """

    name = "asterisk"
    real = True

    def __init__(self, folder: Path | None = None, transcripts: Path | None = None) -> None:
        """Without a folder or a file of transcripts: those of Debian's packages."""
        self._folder = FOLDER if folder is None else folder
        self._transcripts = TRANSCRIPTS if transcripts is None else transcripts
        self._offer: _Offer | None = None
        self._aligner: Aligner | None = None
        self._heard: dict[str, Utterance | str] = {}

    def items(self) -> tuple[SpeechItem, ...]:
        """All prompts that have a sound and say words whose pronunciation is known.

        Raises:
            SpeechUnavailableError: the prompts, transcripts, ffmpeg or pocketsphinx are missing.
        """
        return self._offered().items

    def refusals(self) -> tuple[SpeechRefusedError, ...]:
        """Why the others cannot be said, as far as that shows without listening.

        Raises:
            SpeechUnavailableError: as `items`.
        """
        return self._offered().refusals

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        """The prompt as it was recorded; prosody is not for recordings.

        Raises:
            SpeechRefusedError: no such prompt, or its sound is unreadable or says other words.
            SpeechUnavailableError: as `items`.
        """
        heard = self._heard.get(item.key)
        if heard is None:
            try:
                heard = self._hear(item)
            except SpeechRefusedError as refusal:
                heard = f"{item.key}: {refusal}"
            self._heard[item.key] = heard
        if isinstance(heard, str):
            raise SpeechRefusedError(heard)
        return heard

    def close(self) -> None:
        """Forget what was heard."""
        self._heard.clear()
        self._aligner = None

    def _offered(self) -> _Offer:
        if self._offer is None:
            self._offer = _look(self._folder, self._transcripts)
        return self._offer

    def _hear(self, item: SpeechItem) -> Utterance:
        offer = self._offered()
        if item.key not in offer.words:
            raise SpeechRefusedError("there is no such prompt")
        path = self._folder / f"{item.key}.{offer.form.suffix}"
        audio = offer.form.read(path)
        if self._aligner is None:
            self._aligner = Aligner()
        phonemes = self._aligner.align(audio, offer.words[item.key])
        return Utterance(
            audio=levelled(audio),
            phonemes=phonemes,
            voice=VOICE,
            text=item.text,
            provenance=f"{offer.form.package}: {item.key}.{offer.form.suffix}, by {_SPEAKER}",
            licence=LICENCE,
        )


def _look(folder: Path, transcripts: Path) -> _Offer:
    form = find_form(folder)
    said = read_transcripts(transcripts)
    dictionary = english_dictionary()
    sounds = set(keys_in(folder, form.suffix))
    items: list[SpeechItem] = []
    words: dict[str, tuple[str, ...]] = {}
    refused = dict.fromkeys(sounds.difference(said), "it has a sound but no text")
    for key, text in said.items():
        if key not in sounds:
            refused[key] = "it has a text but no sound"
            continue
        try:
            words[key] = spoken_words(text, dictionary)
        except UnspeakableTextError as error:
            refused[key] = str(error)
            continue
        # by what is said: some prompts say the same as others
        split = split_of(" ".join(words[key]))
        items.append(SpeechItem(key=key, voice=VOICE, text=text, split=split))
    return _Offer(
        form=form,
        items=tuple(sorted(items, key=lambda item: item.key)),
        words=words,
        refusals=tuple(SpeechRefusedError(f"{key}: {refused[key]}") for key in sorted(refused)),
    )
